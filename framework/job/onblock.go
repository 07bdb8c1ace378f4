package job

import (
	"fmt"
	"log/slog"
	"maps"
	"math"
	"path/filepath"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/extension/comm"
)

// everything stands for the event as a whole.
const everything = "*"

// onBlock is an on block.
type onBlock struct {
	label string
	task  string // empty for the scheduler's events
	event string
	at    hcl.Range

	when    hcl.Expression // nil for always
	options []event.Option

	log     hcl.Expression // nil for none
	level   slog.Level
	answer  hcl.Expression // nil for none
	submits []*submit
	stop    *stop

	used map[string]bool // fields of the event that expressions use
}

// submit is a submit block.
type submit struct {
	task    string
	input   hcl.Expression // nil for null
	forEach hcl.Expression // nil for once

	timeout, priority hcl.Expression // nil for those of the task
}

// stop is a stop argument or block.
type stop struct{ message, err hcl.Expression }

func (l *loader) loadOn(b *hcl.Block, events eventNames) {
	o := &onBlock{label: b.Labels[0], at: b.DefRange, used: map[string]bool{}}
	content := l.content(b.Body, onSchema())
	var problem string
	if o.task, o.event, problem = events.find(o.label, l.job.tasks); problem != "" {
		l.fail(b.LabelRanges[0], "Unknown event", "%s", problem)
	}
	l.job.blocks = append(l.job.blocks, o)
	l.loadOnOptions(o, content)
	l.loadActions(o, b, content)
	o.findUsed()
	if problem == "" {
		l.checkOn(o)
	}
}

func (l *loader) loadOnOptions(o *onBlock, content *hcl.BodyContent) {
	l.decode(content, func(d *decoder) {
		if n := d.whole("every", 1, 1); n != 1 {
			o.options = append(o.options, event.Every(n))
		}
		if n := d.whole("repeat", 1, 1); n != 1 {
			o.options = append(o.options, event.Repeat(n))
		}
		if n := d.whole("limit", 1, 0); n != 0 {
			o.options = append(o.options, event.Limit(n))
		}
		if d.bool("hidden", false) {
			o.options = append(o.options, event.Hidden())
		}
		where := fmt.Sprintf("%s:%d", filepath.Base(o.at.Filename), o.at.Start.Line)
		o.options = append(o.options, event.Named(d.path("name", where)))
		// The words are slog's own.
		_ = o.level.UnmarshalText([]byte(d.choice("level", "info", "debug", "info", "warn", "error")))
	})
	if attr, ok := content.Attributes["when"]; ok {
		o.when = attr.Expr
	}
	if attr, ok := content.Attributes["log"]; ok {
		o.log = attr.Expr
	} else if attr, ok := content.Attributes["level"]; ok {
		l.fail(attr.NameRange, "Wrong argument", "level is the level of log, and there is no log.")
	}
}

func (l *loader) loadActions(o *onBlock, b *hcl.Block, content *hcl.BodyContent) {
	if attr, ok := content.Attributes["stop"]; ok {
		o.stop = &stop{message: attr.Expr}
	}
	if attr, ok := content.Attributes["respond"]; ok {
		o.answer = attr.Expr
		if o.event != comm.RequestName && o.event != "" {
			l.fail(attr.NameRange, "Wrong argument", "respond answers a %s, and this is %s.", comm.RequestName, o.event)
		}
	}
	for _, inner := range content.Blocks {
		switch inner.Type {
		case "stop":
			if o.stop != nil {
				l.fail(inner.DefRange, "Second block", "There can be one stop in an on block.")
				continue
			}
			o.stop = &stop{}
			attrs := l.content(inner.Body, stopSchema()).Attributes
			if attr, ok := attrs["message"]; ok {
				o.stop.message = attr.Expr
			}
			if attr, ok := attrs["error"]; ok {
				o.stop.err = attr.Expr
			}
		case "submit":
			l.loadSubmit(o, inner)
		}
	}
	if o.log == nil && o.answer == nil && o.stop == nil && len(o.submits) == 0 {
		l.fail(b.DefRange, "Nothing to do", "An on block needs a submit block, log, respond or stop.")
	}
}

func (l *loader) loadSubmit(o *onBlock, b *hcl.Block) {
	sub := &submit{task: b.Labels[0]}
	if tasks := l.taskNames(); !slices.Contains(tasks, sub.task) {
		l.fail(b.LabelRanges[0], "Unknown task", "There is no task %q%s", sub.task, meant(sub.task, tasks))
	}
	switch o.event {
	case "on_stop", "on_timeout", "on_finishing", "on_finished":
		l.fail(b.DefRange, "Too late to submit", "At %s the run is ending: nothing can be submitted any more.", o.event)
	}
	attrs := l.content(b.Body, submitSchema()).Attributes
	if attr, ok := attrs["input"]; ok {
		sub.input = attr.Expr
	}
	if attr, ok := attrs["for_each"]; ok {
		sub.forEach = attr.Expr
	}
	if attr, ok := attrs["timeout"]; ok {
		sub.timeout = attr.Expr
	}
	if attr, ok := attrs["priority"]; ok {
		sub.priority = attr.Expr
	}
	o.submits = append(o.submits, sub)
}

// expressions returns all that are evaluated at an emission.
func (o *onBlock) expressions() []hcl.Expression {
	all := []hcl.Expression{o.when, o.log, o.answer}
	for _, sub := range o.submits {
		all = append(all, sub.forEach, sub.input, sub.timeout, sub.priority)
	}
	if o.stop != nil {
		all = append(all, o.stop.message, o.stop.err)
	}
	return slices.DeleteFunc(all, func(e hcl.Expression) bool { return e == nil })
}

func (o *onBlock) findUsed() {
	for _, expr := range o.expressions() {
		for _, t := range expr.Variables() {
			if t.RootName() != "event" {
				continue
			}
			if field, ok := attributeOf(t); ok {
				o.used[field] = true
			} else {
				o.used[everything] = true
			}
		}
	}
}

// checkOn evaluates the expressions as far as that can be done before the run.
func (l *loader) checkOn(o *onBlock) {
	s := l.scope
	if o.event != "on_start" {
		s = &scope{functions: functions(l.machine.ahead()), roots: maps.Clone(l.scope.roots)}
	}
	s = s.with("event", eventObject(o.event))
	try := func(s *scope, expr hcl.Expression, want cty.Type) cty.Value {
		if expr == nil {
			return cty.DynamicVal
		}
		v, diags := s.eval(expr, want)
		if !diags.HasErrors() && want != cty.DynamicPseudoType && v.IsNull() {
			diags = append(diags, mistake(expr.Range(), "Value missing", "A %s is needed here, not null.", want.FriendlyName()))
		}
		l.diags = append(l.diags, diags...)
		return v
	}
	try(s, o.when, cty.Bool)
	try(s, o.log, cty.String)
	try(s, o.answer, cty.DynamicPseudoType)
	if o.stop != nil {
		try(s, o.stop.message, cty.String)
		try(s, o.stop.err, cty.String)
	}
	for _, sub := range o.submits {
		inner := s
		if sub.forEach != nil {
			list := try(s, sub.forEach, cty.DynamicPseudoType)
			if diags := checkForEach(sub.forEach, list); diags.HasErrors() {
				l.diags = append(l.diags, diags...)
			}
			inner = s.with("each", eachObject(list))
		}
		try(inner, sub.input, cty.DynamicPseudoType)
		if v := try(inner, sub.timeout, cty.String); v.IsKnown() && !v.IsNull() {
			_, p := durationOf("timeout", v)
			l.failAt(sub.timeout, p)
		}
		if v := try(inner, sub.priority, cty.Number); v.IsKnown() && !v.IsNull() {
			_, p := wholeOf("priority", v, math.MinInt32, math.MaxInt32)
			l.failAt(sub.priority, p)
		}
	}
}

// failAt tells what is wrong with an expression's value, nil for nothing.
func (l *loader) failAt(expr hcl.Expression, p *problem) {
	if p != nil {
		l.fail(expr.Range(), p.summary, "%s", p.detail)
	}
}
