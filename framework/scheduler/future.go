package scheduler

import (
	"context"
	"fmt"
	"time"

	"github.com/signalbox-go/signalbox/framework/task"
)

// AnyFuture is a future whatever the type of its result. Its methods may be
// called from any goroutine.
type AnyFuture interface {
	// ID returns the future's number, unique within its scheduler and growing.
	ID() uint64
	// Ref returns a reference that no other future anywhere has.
	Ref() string
	// Task returns the name of the future's task, or that of the code for a
	// future that was submitted without a task.
	Task() string
	// State returns what has become of the future.
	State() State
	// Err returns the error of a failed or cancelled future; nil otherwise.
	Err() error
	// Input returns what was submitted, as changed by extensions.
	Input() any
	// Value returns the result, or nil if there is none (yet).
	Value() any
	// EncodedValue returns the result, encoded by the task's codec, and its
	// content type.
	EncodedValue() (payload []byte, contentType string, err error)
	// Elapsed returns how long the code took, 0 before the end.
	Elapsed() time.Duration
	// Attempt returns the number of the attempt that the future is at, or ended
	// with, from 1.
	Attempt() int
	// Worker returns the number of the worker that ran the code, -1 if none did.
	Worker() int
	// Progress returns how far the code last said it was, and false if it has said
	// nothing of the kind.
	Progress() (p Progress, ok bool)
	// Done returns a channel that is closed when the future has ended.
	Done() <-chan struct{}
	// Cancel asks for the future to be cancelled, see [Future.Cancel].
	Cancel(cause ...error) bool
	// WhenDone is [Future.OnDone] without the type.
	WhenDone(callback func(AnyFuture))
}

// Future is the outcome, now or later, of one call that was accepted. It ends
// exactly once: with a result, an error, or cancelled. Its methods may be
// called from any goroutine, callbacks included.
type Future[Out any] struct {
	c   Call
	out Out
}

// Wait waits until the future has ended and returns its result or error. It
// returns ctx's error if ctx ends first; the future goes on. Waiting inside a
// callback works.
func (f *Future[Out]) Wait(ctx context.Context) (Out, error) {
	if !State(f.c.state.Load()).Ended() {
		select {
		case <-f.c.waitChan():
		case <-ctx.Done():
			var none Out
			return none, fmt.Errorf("scheduler: waiting for future %d of task %s: %w", f.c.id, f.c.task.name, context.Cause(ctx))
		}
	}
	out, err, _ := f.Result()
	return out, err
}

// Result returns the future's result and error, and whether it has ended.
func (f *Future[Out]) Result() (out Out, err error, ended bool) {
	switch State(f.c.state.Load()) {
	case Succeeded:
		return f.out, nil, true
	case Failed, Cancelled:
		return out, f.c.err, true
	}
	return out, nil, false
}

// ID implements [AnyFuture].
func (f *Future[Out]) ID() uint64 { return f.c.id }

// Ref implements [AnyFuture].
func (f *Future[Out]) Ref() string { return fmt.Sprintf("%s/%d", f.c.task.s.ref, f.c.id) }

// Task implements [AnyFuture].
func (f *Future[Out]) Task() string { return f.c.task.name }

// State implements [AnyFuture].
func (f *Future[Out]) State() State { return f.c.currentState() }

// Err implements [AnyFuture].
func (f *Future[Out]) Err() error {
	_, err, _ := f.Result()
	return err
}

// Value implements [AnyFuture].
func (f *Future[Out]) Value() any {
	if State(f.c.state.Load()) != Succeeded {
		return nil
	}
	return f.out
}

// EncodedValue implements [AnyFuture].
func (f *Future[Out]) EncodedValue() (payload []byte, contentType string, err error) {
	if _, err, ended := f.Result(); err != nil || !ended {
		return nil, "", err
	}
	payload, err = f.c.self.encodeOutput()
	return payload, f.c.self.def().OutputCodec().ContentType(), err
}

// Elapsed implements [AnyFuture].
func (f *Future[Out]) Elapsed() time.Duration {
	if !State(f.c.state.Load()).Ended() {
		return 0
	}
	return f.c.elapsed
}

// Worker implements [AnyFuture].
func (f *Future[Out]) Worker() int {
	if !State(f.c.state.Load()).Ended() {
		return -1
	}
	return int(f.c.worker)
}

// Attempt implements [AnyFuture].
func (f *Future[Out]) Attempt() int { return f.c.Attempt() }

// Done implements [AnyFuture].
func (f *Future[Out]) Done() <-chan struct{} { return f.c.waitChan() }

// Cancel asks for the future to be cancelled, with an optional cause. It does
// not wait. What has not begun never will; running code has its context
// cancelled and, in a worker process, is killed after a grace. The future ends
// as cancelled when the code has really stopped, or as what it came to before.
// Cancel reports whether the future had not ended yet.
func (f *Future[Out]) Cancel(cause ...error) bool {
	var why error
	if len(cause) > 0 {
		why = cause[0]
	}
	return f.c.requestCancel(why)
}

// OnDone has callback called once the future has ended: by the scheduler,
// never beside another callback, after the events of the future's task. If the
// future's events have been told already, it is called as soon as possible.
func (f *Future[Out]) OnDone(callback func(*Future[Out])) {
	if callback == nil {
		panic("scheduler: OnDone needs a function, not nil")
	}
	f.c.whenDone(func() { callback(f) })
}

// WhenDone implements [AnyFuture].
func (f *Future[Out]) WhenDone(callback func(AnyFuture)) {
	if callback == nil {
		panic("scheduler: WhenDone needs a function, not nil")
	}
	f.c.whenDone(func() { callback(f) })
}

// Input implements [AnyFuture].
func (f *Future[Out]) Input() any { return f.c.self.input() }

// job is a future together with the input that it was made from.
type job[In, Out any] struct {
	Future[Out]
	in In
}

// task returns the job's task, nil for a call without one.
func (j *job[In, Out]) task() *Task[In, Out] {
	t, _ := j.c.task.any.(*Task[In, Out])
	return t
}

func (j *job[In, Out]) typedDef() *task.Def[In, Out] {
	if t := j.task(); t != nil {
		return t.def
	}
	return j.c.more().def.(*task.Def[In, Out])
}

func (j *job[In, Out]) future() AnyFuture { return &j.Future }

func (j *job[In, Out]) input() any { return j.in }

func (j *job[In, Out]) def() task.Code { return j.typedDef() }

func (j *job[In, Out]) encode() ([]byte, error) { return task.Encode(j.typedDef().InputCodec(), &j.in) }

func (j *job[In, Out]) encodeOutput() ([]byte, error) {
	return task.Encode(j.typedDef().OutputCodec(), &j.out)
}

func (j *job[In, Out]) decode(payload []byte, contentType string) error {
	codec := j.typedDef().OutputCodec()
	if contentType != "" && contentType != codec.ContentType() {
		return task.Errorf(task.KindDecode, "task %s: result came as %s, expected %s: give both sides the same definition",
			j.c.task.name, contentType, codec.ContentType())
	}
	if err := codec.Unmarshal(payload, &j.out); err != nil {
		var none Out
		j.out = none // another attempt does not find what was half decoded
		return task.Errorf(task.KindDecode, "task %s: result does not decode as %v (%s): %v",
			j.c.task.name, j.typedDef().OutputType(), codec.ContentType(), err)
	}
	return nil
}

func (j *job[In, Out]) run(ctx context.Context) (err error) {
	j.out, err = j.typedDef().Call(ctx, j.in)
	return err
}

func (j *job[In, Out]) deliverSubmitted() {
	if t := j.task(); t != nil {
		t.deliverSubmitted(j)
	}
}

func (j *job[In, Out]) deliverEnded() {
	if t := j.task(); t != nil {
		t.deliverEnded(j)
	}
}
