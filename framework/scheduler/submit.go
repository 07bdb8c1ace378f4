package scheduler

import (
	"context"
	"fmt"
	"iter"
	"reflect"
	"time"

	"github.com/signalbox-go/signalbox/framework/task"
)

// Submit has a call run without a [Task]: the scheduler's events tell of it.
// Errors are those of [Task.Submit].
func Submit[In, Out any](s *Scheduler, def *task.Def[In, Out], in In) (*Future[Out], error) {
	t, err := s.looseTask(def)
	if err != nil {
		return nil, s.refuse(newCore(s, def.Name(), def.Code(), def.Executor(), def.Linked()), err)
	}
	return submit(s, t, nil, def, in)
}

// Submit has the task run on in. It does not wait: the future tells the
// outcome, as do the events. A call that is refused returns an error instead:
// one that matches [ErrNotRunning] outside a run, a [*RefusedError] from an
// extension, or one that says which field of in cannot be encoded.
func (t *Task[In, Out]) Submit(in In) (*Future[Out], error) {
	return submit(t.core.s, t.core, t, t.def, in)
}

// SubmitEncoded implements [AnyTask].
func (t *Task[In, Out]) SubmitEncoded(payload []byte, contentType string) (AnyFuture, error) {
	codec := t.def.InputCodec()
	if contentType != "" && contentType != codec.ContentType() {
		return nil, t.core.s.refuse(t.core, task.Errorf(task.KindDecode, "the input is %s; the task takes %s", contentType, codec.ContentType()))
	}
	var in In
	if err := codec.Unmarshal(payload, &in); err != nil {
		return nil, t.core.s.refuse(t.core, task.Errorf(task.KindDecode, "the input does not decode as %v (%s): %v", t.def.InputType(), codec.ContentType(), err))
	}
	f, err := t.Submit(in)
	if err != nil {
		return nil, err // not a nil future of a type
	}
	return f, nil
}

// manner is how a call is submitted.
type manner struct {
	want    Constraints
	awaited bool // by its caller, who deals with its error
}

// Call submits in and waits for the result. When ctx ends first, the call is
// cancelled and an error that wraps ctx's cause returned. A deadline of ctx becomes that of the
// running code. The error is the caller's: events tell of it, and the run goes
// on whatever its policies say.
func (t *Task[In, Out]) Call(ctx context.Context, in In) (Out, error) {
	how := manner{awaited: true}
	if deadline, ok := ctx.Deadline(); ok {
		how.want.Deadline = deadline
	}
	f, err := submitWith(t.core.s, t.core, t, t.def, in, how)
	if err != nil {
		var none Out
		return none, err
	}
	out, err := f.Wait(ctx)
	if err != nil && ctx.Err() != nil {
		f.Cancel(context.Cause(ctx))
	}
	return out, err
}

// mapFlight returns how many calls Map keeps in flight: enough for workers to
// be handed whole batches, whatever the length of the sequence.
func mapFlight(workers int) int { return max(1024, 64*workers) }

// mapPatience is how long Map goes on asking for inputs, which may be slow to
// come, while there is an outcome to yield.
const mapPatience = time.Millisecond

// Map runs the task on every value of inputs and yields the outcomes in the
// order of the inputs. A bounded number of calls is in flight at any time, and
// an input that is slow to come holds back no more than one outcome. An error
// belongs to one input and to the caller, as with [Task.Call]; the sequence goes
// on after it. When ctx ends or
// the caller leaves the loop, what is in flight is cancelled; in the former
// case ctx's error is yielded last.
func (t *Task[In, Out]) Map(ctx context.Context, inputs iter.Seq[In]) iter.Seq2[Out, error] {
	type slot struct {
		f   *Future[Out]
		err error
	}
	return func(yield func(Out, error) bool) {
		next, stop := iter.Pull(inputs)
		defer stop()
		var flight []slot
		defer func() {
			for _, s := range flight {
				if s.f != nil {
					s.f.Cancel(context.Cause(ctx))
				}
			}
		}()
		limit, more := mapFlight(t.core.capacity()), true
		for {
			// Refilling by halves hands the executor whole batches.
			refill, begun := len(flight) <= limit/2, time.Now()
			for refill && more && ctx.Err() == nil && len(flight) < limit {
				in, ok := next()
				if !ok {
					more = false
					break
				}
				f, err := submitWith(t.core.s, t.core, t, t.def, in, manner{awaited: true})
				flight = append(flight, slot{f, err})
				if head := flight[0].f; time.Since(begun) > mapPatience && (head == nil || head.c.hasEnded()) {
					break
				}
			}
			if ctx.Err() != nil && (more || len(flight) > 0) {
				var none Out
				yield(none, fmt.Errorf("scheduler: mapping task %s: %w", t.core.name, context.Cause(ctx)))
				return
			}
			if len(flight) == 0 {
				return
			}
			head := flight[0]
			flight[0] = slot{}
			flight = flight[1:]
			var out Out
			err := head.err
			if err == nil {
				out, err = head.f.Wait(ctx)
				if err != nil && ctx.Err() != nil {
					head.f.Cancel(context.Cause(ctx))
					continue
				}
			}
			if !yield(out, err) {
				return
			}
		}
	}
}

func submit[In, Out any](s *Scheduler, core *taskCore, t *Task[In, Out], def *task.Def[In, Out], in In) (*Future[Out], error) {
	return submitWith(s, core, t, def, in, manner{})
}

func submitWith[In, Out any](s *Scheduler, core *taskCore, t *Task[In, Out], def *task.Def[In, Out], in In, how manner) (*Future[Out], error) {
	if len(core.extensions()) == 0 {
		return accept(s, core, t, def, in, how)
	}
	core.submitting.Lock()
	defer core.submitting.Unlock()
	sub := &Submission{Task: core.any, Input: in, Constraints: how.want}
	if err := core.preSubmit(sub); err != nil {
		sub.rollback()
		return nil, s.refuse(core, err)
	}
	changed, ok := sub.Input.(In)
	// A nil interface has no type that could be asserted.
	if !ok && (sub.Input != nil || def.InputType().Kind() != reflect.Interface) {
		sub.rollback()
		return nil, s.refuse(core, fmt.Errorf("an extension turned the input into a %T; it takes a %v", sub.Input, def.InputType()))
	}
	how.want = sub.Constraints
	f, err := accept(s, core, t, def, changed, how)
	if err != nil {
		sub.rollback()
		return nil, err
	}
	sub.commit(f)
	return f, nil
}

func accept[In, Out any](s *Scheduler, core *taskCore, t *Task[In, Out], def *task.Def[In, Out], in In, how manner) (*Future[Out], error) {
	exec := core.executor()
	if exec == nil {
		return nil, s.refuse(core, ErrNotRunning)
	}
	j := &job[In, Out]{in: in, t: t, dfn: def}
	c := &j.c
	c.s, c.task, c.self, c.worker = s, core, j, -1
	c.awaited = how.awaited
	if how.want != (Constraints{}) {
		want := how.want // a copy, so that how need not be on the heap
		c.constraints = &want
	}
	if c.encoded = exec.Encodes(); c.encoded {
		var err error
		if c.payload, err = j.encode(); err != nil {
			return nil, s.refuse(core, task.Errorf(task.KindEncode, "input does not encode as %s: %v", def.InputCodec().ContentType(), err))
		}
	}
	if s.observed() {
		c.accepted = time.Now()
		if c.encoded && s.keepInputs.Load() {
			c.kept.Store(&kept{input: c.payload})
		}
	}
	if !s.accept(c) {
		return nil, s.refuse(core, ErrNotRunning)
	}
	exec.Submit(c)
	return &j.Future, nil
}

// accept gives the call its number and its place among what has happened.
func (s *Scheduler) accept(c *Call) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.accepting {
		return false
	}
	s.lastID++
	c.id = s.lastID
	s.queue.push(c)
	s.inbox.put(item{kind: itemSubmitted, call: c})
	return true
}

// end is [Host.End].
func (s *Scheduler) end(outcomes []Outcome) {
	late := 0
	var now time.Time
	if s.observed() {
		now = time.Now()
	}
	for i := range outcomes {
		if c := outcomes[i].Call; !now.IsZero() && !c.hasEnded() {
			c.wait = max(0, now.Sub(c.accepted)-outcomes[i].Elapsed)
		}
		if !outcomes[i].Call.settle(&outcomes[i]) {
			outcomes[i].Call = nil
			late++
		}
	}
	s.mu.Lock()
	for i := range outcomes {
		if c := outcomes[i].Call; c != nil {
			s.inbox.put(item{kind: itemEnded, call: c})
		}
	}
	s.counts.Late += uint64(late)
	s.mu.Unlock()
}

func (c *Call) requestCancel(cause error) bool {
	c.s.mu.Lock()
	if State(c.state.Load()).Ended() {
		c.s.mu.Unlock()
		return false
	}
	first := !c.cancel.Load()
	if first {
		c.cause = cause
		c.cancel.Store(true)
	}
	c.s.mu.Unlock()
	if first {
		if exec := c.task.executor(); exec != nil {
			exec.Cancel(c)
		}
	}
	return true
}

// whenDone has fn called after the call's events.
func (c *Call) whenDone(fn func()) {
	c.s.mu.Lock()
	if !c.told {
		c.callbacks = append(c.callbacks, fn)
		c.s.mu.Unlock()
		return
	}
	c.s.mu.Unlock()
	c.s.put(item{kind: itemFunc, do: fn})
}
