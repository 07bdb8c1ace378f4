package job

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/extension/limiter"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// reaction is an on block in a run.
type reaction struct {
	*onBlock
	run    *runState
	base   *hcl.EvalContext // variables and functions
	value  any              // of the emission that the predicate is asked about
	warned bool             // of a submit that was refused
}

// subscribe has the block react to its event.
func (r *runState) subscribe(o *onBlock) error {
	re := &reaction{onBlock: o, run: r, base: r.base}
	em := r.s.Emitter()
	if o.task != "" {
		em = r.tasks[o.task].Emitter()
		if o.event == scheduler.OnProgress.Name() {
			em.Add(scheduler.OnProgress)
		}
	}
	opts := o.options
	if o.when != nil {
		// A predicate is not handed the value, but handlers are called in the
		// order of subscription, and never two at a time.
		if _, err := em.OnName(o.event, func(v any) { re.value = v }, event.Hidden()); err != nil {
			return err
		}
		opts = append(opts[:len(opts):len(opts)], event.When(re.holds))
	}
	_, err := em.OnName(o.event, re.react, opts...)
	return err
}

// fail panics, which is how a callback's error falls under the run's policy.
func (re *reaction) fail(err *BlockError) {
	re.run.failed.CompareAndSwap(nil, err)
	panic(err)
}

// holds evaluates when. Like react it fails with a *BlockError.
func (re *reaction) holds() bool {
	return re.eval(re.context(re.value), re.when, cty.Bool).True()
}

func (re *reaction) react(value any) {
	ctx := re.context(value)
	if re.log != nil {
		text := re.eval(ctx, re.log, cty.String).AsString()
		re.run.log.Log(context.Background(), re.level, text, "at", place(re.log.Range()))
	}
	if re.answer != nil {
		re.respond(ctx, value)
	}
	for _, sub := range re.submits {
		re.submit(ctx, sub)
	}
	if re.stop != nil {
		re.doStop(ctx)
	}
}

// context returns what the block's expressions may refer to. What the event
// has to tell is decoded only where it is used.
func (re *reaction) context(value any) *hcl.EvalContext {
	if len(re.used) == 0 {
		return re.base
	}
	object, err := factsOf(re.event, value).object(re.used)
	if err != nil {
		re.fail(&BlockError{Where: place(re.at), Event: re.label, Err: fmt.Errorf("the event cannot be decoded: %w", err)})
	}
	ctx := re.base.NewChild()
	ctx.Variables = map[string]cty.Value{"event": object}
	return ctx
}

func (re *reaction) eval(ctx *hcl.EvalContext, expr hcl.Expression, want cty.Type) cty.Value {
	v, diags := evalIn(ctx, expr, want)
	if !diags.HasErrors() && want != cty.DynamicPseudoType && v.IsNull() {
		diags = append(diags, mistake(expr.Range(), "Value missing", "A %s is needed here, not null.", want.FriendlyName()))
	}
	if diags.HasErrors() {
		re.fail(oneLine(re.label, expr.Range(), diags))
	}
	return v
}

func (re *reaction) submit(ctx *hcl.EvalContext, sub *submit) {
	t := re.run.tasks[sub.task]
	if sub.forEach == nil {
		re.submitOne(ctx, t, sub)
		return
	}
	list := re.eval(ctx, sub.forEach, cty.DynamicPseudoType)
	if diags := checkForEach(sub.forEach, list); diags.HasErrors() {
		re.fail(oneLine(re.label, sub.forEach.Range(), diags))
	}
	for it := list.ElementIterator(); it.Next(); {
		key, value := it.Element()
		inner := ctx.NewChild()
		inner.Variables = map[string]cty.Value{"each": cty.ObjectVal(map[string]cty.Value{"key": key, "value": value})}
		re.submitOne(inner, t, sub)
	}
}

func (re *reaction) submitOne(ctx *hcl.EvalContext, t *jsonTask, sub *submit) {
	at, input := re.at, cty.NullVal(cty.DynamicPseudoType)
	if sub.input != nil {
		at, input = sub.input.Range(), re.eval(ctx, sub.input, cty.DynamicPseudoType)
	}
	opts := re.manner(ctx, sub)
	data, err := encode(input)
	if err == nil {
		_, err = t.Submit(data, opts...)
	}
	switch {
	case err == nil:
	case errors.Is(err, limiter.ErrLimit):
		// What was to happen; the scheduler counts and logs it, events tell of it.
	case errors.Is(err, scheduler.ErrNotRunning):
		// The run is ending for a reason of its own; the scheduler counts what
		// comes too late.
		if !re.warned {
			re.warned = true
			re.run.log.Warn("submitted too late: the run is ending", "task", sub.task, "on", re.label, "at", place(at))
		}
	default:
		re.fail(&BlockError{Where: place(at), Event: re.label, Err: err})
	}
}

// manner is how a call of a submit block is submitted.
func (re *reaction) manner(ctx *hcl.EvalContext, sub *submit) (out []scheduler.CallOption) {
	if sub.timeout != nil {
		d, p := durationOf("timeout", re.eval(ctx, sub.timeout, cty.String))
		re.failAt(sub.timeout, p)
		out = append(out, scheduler.Within(d))
	}
	if sub.priority != nil {
		n, p := wholeOf("priority", re.eval(ctx, sub.priority, cty.Number), math.MinInt32, math.MaxInt32)
		re.failAt(sub.priority, p)
		out = append(out, scheduler.Priority(n))
	}
	return out
}

// failAt fails by what is wrong with an expression's value, nil for nothing.
func (re *reaction) failAt(expr hcl.Expression, p *problem) {
	if p != nil {
		re.fail(oneLine(re.label, expr.Range(), hcl.Diagnostics{mistake(expr.Range(), p.summary, "%s", p.detail)}))
	}
}

func (re *reaction) doStop(ctx *hcl.EvalContext) {
	message := fmt.Sprintf("stopped by on %q at %s", re.label, place(re.at))
	if re.stop.message != nil {
		message = re.eval(ctx, re.stop.message, cty.String).AsString()
	}
	var err error
	if re.stop.err != nil {
		err = errors.New(re.eval(ctx, re.stop.err, cty.String).AsString())
	}
	re.run.s.StopWith(message, err)
}
