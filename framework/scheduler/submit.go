package scheduler

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/signalbox-go/signalbox/framework/task"
)

// Submit has a call run without a [Task]: the scheduler's events tell of it.
// Errors are those of [Task.Submit].
func Submit[In, Out any](s *Scheduler, def *task.Def[In, Out], in In, opts ...CallOption) (*Future[Out], error) {
	if def == nil {
		panic("scheduler: Submit needs a definition, not nil")
	}
	t, err := s.looseTask(def)
	if err != nil {
		return nil, s.refuse(newCore(s, def.Name(), def.Code(), def.Executor(), def.Linked()), err)
	}
	return submitWith(s, t, def, in, mannerOf(opts))
}

// Submit has the task run on in. It does not wait: the future tells the
// outcome, as do the events. A call that is refused returns an error instead:
// one that matches [ErrNotRunning] outside a run, a [*RefusedError] from an
// extension, or one that says which field of in cannot be encoded.
func (t *Task[In, Out]) Submit(in In, opts ...CallOption) (*Future[Out], error) {
	return submitWith(t.core.s, t.core, t.def, in, mannerOf(opts))
}

// SubmitEncoded implements [AnyTask].
func (t *Task[In, Out]) SubmitEncoded(payload []byte, contentType string, opts ...CallOption) (AnyFuture, error) {
	codec := t.def.InputCodec()
	if contentType != "" && contentType != codec.ContentType() {
		return nil, t.core.s.refuse(t.core, task.Errorf(task.KindDecode, "the input is %s; the task takes %s", contentType, codec.ContentType()))
	}
	var in In
	if err := codec.Unmarshal(payload, &in); err != nil {
		return nil, t.core.s.refuse(t.core, task.Errorf(task.KindDecode, "the input does not decode as %v (%s): %v", t.def.InputType(), codec.ContentType(), err))
	}
	f, err := t.Submit(in, opts...)
	if err != nil {
		return nil, err // not a nil future of a type
	}
	return f, nil
}

// manner is how a call is submitted.
type manner struct {
	want    Constraints
	ranked  bool // it has a priority of its own, be it 0
	awaited bool // by its caller, who deals with its error
}

// Call submits in and waits for the result. When ctx ends first, the call is
// cancelled and an error that wraps ctx's cause returned. A deadline of ctx becomes that of the
// running code. The error is the caller's: events tell of it, and the run goes
// on whatever its policies say.
func (t *Task[In, Out]) Call(ctx context.Context, in In, opts ...CallOption) (Out, error) {
	how := mannerOf(opts)
	how.awaited = true
	if deadline, ok := ctx.Deadline(); ok {
		how.want.before(deadline)
	}
	f, err := submitWith(t.core.s, t.core, t.def, in, how)
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

func submitWith[In, Out any](s *Scheduler, core *taskCore, def *task.Def[In, Out], in In, how manner) (*Future[Out], error) {
	if len(core.extensions()) > 0 {
		return submitExtended(s, core, def, in, how)
	}
	j, exec, err := prepare(s, core, def, in, how)
	if err != nil {
		return nil, err
	}
	if !s.accept(&j.c) {
		return nil, s.refuse(core, ErrNotRunning)
	}
	exec.Submit(&j.c)
	return &j.Future, nil
}

// submitExtended is submitWith for a task with extensions.
func submitExtended[In, Out any](s *Scheduler, core *taskCore, def *task.Def[In, Out], in In, how manner) (*Future[Out], error) {
	core.submitting.Lock()
	defer core.submitting.Unlock()
	if !s.accepts() {
		return nil, s.refuse(core, ErrNotRunning)
	}
	sub := &Submission{Task: core.any, Input: in, Constraints: how.want, ranked: how.ranked}
	admitted := false
	defer func() {
		if !admitted {
			sub.rollback(s)
		}
	}()
	if err := core.preSubmit(sub); err != nil {
		return nil, s.refuse(core, err)
	}
	changed, ok := sub.Input.(In)
	// A nil interface has no type that could be asserted.
	if !ok && (sub.Input != nil || def.InputType().Kind() != reflect.Interface) {
		return nil, s.refuse(core, fmt.Errorf("an extension turned the input into a %T; it takes a %v", sub.Input, def.InputType()))
	}
	how.want = sub.Constraints
	j, exec, err := prepare(s, core, def, changed, how)
	if err != nil {
		return nil, err
	}
	if admitted = s.admit(&j.c); !admitted {
		return nil, s.refuse(core, ErrNotRunning)
	}
	defer func() { // whatever becomes of the functions of extensions
		if s.enter(&j.c, sub.holds) {
			exec.Submit(&j.c)
		}
	}()
	sub.commit(s, &j.Future)
	return &j.Future, nil
}

// prepare makes a call and encodes its input.
func prepare[In, Out any](s *Scheduler, core *taskCore, def *task.Def[In, Out], in In, how manner) (*job[In, Out], Executor, error) {
	exec := core.executor()
	if exec == nil {
		return nil, nil, s.refuse(core, ErrNotRunning)
	}
	j := &job[In, Out]{in: in}
	c := &j.c
	c.task, c.self, c.worker = core, j, -1
	c.awaited = how.awaited
	if core.any == nil {
		c.more().def = def
	}
	if how.want != (Constraints{}) {
		if err := enforceable(exec, how.want.Limits); err != nil {
			return nil, nil, s.refuse(core, err)
		}
		c.more().constraints = how.want
	}
	encodes := exec.Encodes()
	if encodes {
		var err error
		if c.payload, err = j.encode(); err != nil {
			return nil, nil, s.refuse(core, task.Errorf(task.KindEncode, "input does not encode as %s: %v", def.InputCodec().ContentType(), err))
		}
	}
	if s.observed() {
		c.since.Store(int64(max(1, time.Since(s.made))))
		if encodes && s.keepInputs.Load() {
			c.more().kept.Store(&kept{input: c.payload})
		}
	}
	return j, exec, nil
}

func (s *Scheduler) accepts() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.accepting
}

// accept gives the call its number and its place among what has happened.
func (s *Scheduler) accept(c *Call) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.accepting {
		return false
	}
	s.number(c)
	s.placed(c)
	return true
}

// admit is the first half of accept, for a call whose extensions have something
// to do before anybody is told of it. The run does not end before enter, which
// is the other half.
func (s *Scheduler) admit(c *Call) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.accepting {
		return false
	}
	s.number(c)
	s.admitted++
	s.admitting.Add(1)
	return true
}

// enter reports whether the call can go to its executor, which nobody holds it
// from.
func (s *Scheduler) enter(c *Call, holds []*Hold) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.placed(c)
	s.admitted--
	s.admitting.Done()
	// A run that is killed has nothing held: the executor ends the call.
	// So it does one that was cancelled before anybody was told of it.
	return s.holdless || c.cancel.Load() || !c.hold(holds)
}

// number gives a call its number. s.mu is held.
func (s *Scheduler) number(c *Call) {
	s.lastID++
	c.id = s.lastID
}

// placed gives a call its place among what has happened. s.mu is held.
func (s *Scheduler) placed(c *Call) {
	s.queue.push(c)
	s.inbox.put(item{kind: itemSubmitted, call: c})
}

// end is [Host.End]. A future's end takes its place among what has happened
// before anybody can see it: what follows from it comes behind.
func (s *Scheduler) end(outcomes []Outcome) {
	var now time.Time
	if s.observed() {
		now = time.Now()
	}
	late := 0
	var ready []*Call // for another attempt
	for i := range outcomes {
		o := &outcomes[i]
		if o.Call.task.hooks.Load() != nil {
			s.understand(o)
		}
		s.hush(o)
		var again bool
		if again, ready = s.judged(o, ready); again {
			o.Call = nil
			continue
		}
		if !o.Call.settle(o, now) {
			o.Call = nil
			late++
		}
	}
	s.mu.Lock()
	for i := range outcomes {
		if c := outcomes[i].Call; c != nil {
			c.finish(&outcomes[i])
			s.inbox.put(item{kind: itemEnded, call: c})
		}
	}
	s.counts.Late += uint64(late)
	s.mu.Unlock()
	for i := range outcomes {
		if c := outcomes[i].Call; c != nil {
			c.wake()
			s.follow(c)
		}
	}
	for _, c := range ready {
		c.dispatch()
	}
}

func (c *Call) requestCancel(cause error) bool {
	s := c.task.s
	s.mu.Lock()
	if State(c.state.Load()).Ended() {
		s.mu.Unlock()
		return false
	}
	first, held := !c.cancel.Load(), false
	if first {
		c.more().cause = cause
		c.cancel.Store(true)
		held = c.unhold()
	}
	s.mu.Unlock()
	switch {
	case held:
		s.endHeld([]*Call{c}, cause)
	case first:
		if exec := c.task.executor(); exec != nil {
			exec.Cancel(c)
		}
	}
	return true
}

// whenDone has fn called after the call's events.
func (c *Call) whenDone(fn func()) {
	s := c.task.s
	s.mu.Lock()
	if !c.told {
		x := c.more()
		x.callbacks = append(x.callbacks, fn)
		s.mu.Unlock()
		return
	}
	s.mu.Unlock()
	s.put(item{kind: itemFunc, do: fn})
}
