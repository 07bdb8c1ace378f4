package scheduler

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/signalbox-go/signalbox/framework/task"
)

// State is what has become of a future.
type State uint32

// States of a future. The last three are final.
const (
	Pending   State = iota // accepted, its code has not begun as far as is known
	Running                // its code runs
	settling               // an outcome is being stored
	Succeeded              // it has a result
	Failed                 // it has an error
	Cancelled              // it was stopped on request
)

// String returns the state in lower case.
func (s State) String() string {
	switch s {
	case Pending:
		return "pending"
	case Running, settling:
		return "running"
	case Succeeded:
		return "result"
	case Failed:
		return "exception"
	case Cancelled:
		return "cancelled"
	}
	return fmt.Sprintf("state %d", uint32(s))
}

// Ended reports whether the state is final.
func (s State) Ended() bool { return s > settling }

// typed is what a call knows only through its types.
type typed interface {
	future() AnyFuture
	input() any
	def() task.Code
	encode() ([]byte, error)
	encodeOutput() ([]byte, error)
	decode(payload []byte, contentType string) error
	run(context.Context) error
	deliverSubmitted()
	deliverEnded()
}

// Call is one accepted call as executors see it.
//
// There may be millions that wait, so it is kept small: what few calls have is
// in extras.
type Call struct {
	task *taskCore
	self typed

	id      uint64
	payload []byte
	err     error
	elapsed time.Duration
	// since is when the call was accepted, as a time since the scheduler was
	// made, and once it has settled, how long it waited, that is, did not run.
	// Unless observed, it is when the submission was told, also later; 0 before.
	since  atomic.Int64 // nanoseconds
	done   atomic.Pointer[chan struct{}]
	extras atomic.Pointer[extras] // nil for most

	inQueue, inTask links // guarded by Scheduler.mu

	state   atomic.Uint32
	worker  int32
	cancel  atomic.Bool
	awaited bool // its outcome is returned by Call or Map, to whom it belongs
	told    bool // its events have been told; guarded by Scheduler.mu
	// In which queues it is; guarded by Scheduler.mu.
	queued, queuedInTask bool

	// Private is for the executor that holds the call, under a lock of its own.
	Private Private
}

// extras are what few calls have.
type extras struct {
	cause     error                // of a cancellation; written before cancel is set
	callbacks []func()             // guarded by Scheduler.mu
	kept      atomic.Pointer[kept] // nil for nothing
	attempts  atomic.Int32         // that ended before the present one
	holds     int                  // of extensions, until it goes to its executor; guarded by Scheduler.mu
	held      []*Hold              // among them those that have not been released; guarded by Scheduler.mu
	def       task.Code            // of a call without a task
	talk      atomic.Pointer[Talk] // of the attempt that runs; nil if its code has said nothing
	progress  atomic.Pointer[reported]
	// These change between attempts only, when nobody runs the call.
	constraints Constraints
	ran         time.Duration // in attempts before the present one
}

// more returns the call's extras, which it has from then on.
func (c *Call) more() *extras {
	if x := c.extras.Load(); x != nil {
		return x
	}
	c.extras.CompareAndSwap(nil, &extras{})
	return c.extras.Load()
}

// Private is what an executor keeps with a call, so that it needs no map.
type Private struct {
	Owner any    // such as the worker that holds the call
	Seq   uint64 // such as its number there
}

// ID returns the call's number, unique within its scheduler and growing.
func (c *Call) ID() uint64 { return c.id }

// Code returns the name of the code to run.
func (c *Call) Code() string { return c.task.code }

// Task returns the name of the task.
func (c *Call) Task() string { return c.task.name }

// Payload returns the encoded input, nil on executors that do not encode. It
// must not be changed, nor be asked for when the call has ended.
func (c *Call) Payload() []byte { return c.payload }

// ContentType returns the content type of Payload.
func (c *Call) ContentType() string { return c.self.def().InputCodec().ContentType() }

// Constraints returns what extensions asked of the executor for this call.
func (c *Call) Constraints() Constraints {
	if x := c.extras.Load(); x != nil {
		return x.constraints
	}
	return Constraints{}
}

// Attempt returns the number of the attempt, from 1.
func (c *Call) Attempt() int {
	if x := c.extras.Load(); x != nil {
		return int(x.attempts.Load()) + 1
	}
	return 1
}

// TooLate returns the error of a call whose deadline has passed before its code
// has begun, nil for one that has time. Executors that are given such a call by
// [Executor.Submit] end it with that error: it does not wait for a worker.
func (c *Call) TooLate() error {
	d := c.Constraints().Deadline
	if d.IsZero() || time.Now().Before(d) {
		return nil
	}
	return task.TooLate()
}

func (c *Call) priority() int {
	if x := c.extras.Load(); x != nil {
		return x.constraints.Priority
	}
	return 0
}

// CancelRequested reports whether the call is to be cancelled.
func (c *Call) CancelRequested() bool { return c.cancel.Load() }

// CancelCause returns why the call is to be cancelled, nil before
// CancelRequested is true.
func (c *Call) CancelCause() error {
	if !c.cancel.Load() {
		return nil
	}
	return c.more().cause
}

// Run runs the call's code on the calling goroutine, keeps its result in the
// future and returns its error. It is for executors in this process, which end
// the call with that error.
func (c *Call) Run(ctx context.Context) error { return c.self.run(ctx) }

// MarkRunning records that the code has begun. Executors that learn of it
// otherwise than through [Executor.Began] call it.
func (c *Call) MarkRunning() { c.state.CompareAndSwap(uint32(Pending), uint32(Running)) }

// Future returns the future of the call.
func (c *Call) Future() AnyFuture { return c.self.future() }

func (c *Call) hasEnded() bool { return State(c.state.Load()).Ended() }

func (c *Call) currentState() State {
	st := State(c.state.Load())
	if st == Pending {
		if exec := c.task.executor(); exec != nil && exec.Began(c) {
			return Running
		}
	}
	if st == settling {
		return Running
	}
	return st
}

// closed is what done points to once the future has ended.
var closed = func() *chan struct{} {
	ch := make(chan struct{})
	close(ch)
	return &ch
}()

// settle stores the outcome, all but the final state: that it has one is not
// seen yet. It reports false if the call had ended before. now is zero unless
// there are observers.
func (c *Call) settle(o *Outcome, now time.Time) bool {
	for {
		st := State(c.state.Load())
		if st >= settling {
			return false
		}
		if c.state.CompareAndSwap(uint32(st), uint32(settling)) {
			break
		}
	}
	c.elapsed, c.worker = o.Elapsed, int32(o.Worker)
	if !now.IsZero() {
		waited := now.Sub(c.task.s.made) - time.Duration(c.since.Load()) - o.Elapsed
		if x := c.extras.Load(); x != nil {
			waited -= x.ran
		}
		c.since.Store(int64(max(0, waited)))
	}
	switch c.err = o.Err; {
	case o.Cancelled:
		c.err = &CancelledError{Task: c.task.name, Future: c.id, Cause: o.Err}
	case o.Err == nil && c.task.executor().Encodes():
		if c.err = o.decode(); c.err == nil && c.task.s.keepResults.Load() {
			c.keepOutput(o.Payload, o.ContentType)
		}
	}
	c.payload = nil
	return true
}

// finish stores the final state of a call that has settled with o. s.mu is
// held.
func (c *Call) finish(o *Outcome) {
	final := Succeeded
	switch {
	case o.Cancelled:
		final = Cancelled
	case c.err != nil:
		final = Failed
	}
	c.state.Store(uint32(final))
}

// wake wakes those who wait for the end of the call.
func (c *Call) wake() {
	if ch := c.done.Swap(closed); ch != nil {
		close(*ch)
	}
}

func (c *Call) keepOutput(payload []byte, contentType string) {
	k := &kept{output: payload, outputType: contentType}
	x := c.more()
	if before := x.kept.Load(); before != nil {
		k.input = before.input
	}
	x.kept.Store(k)
}

// waitChan returns a channel that is closed when the call has ended.
func (c *Call) waitChan() <-chan struct{} {
	if ch := c.done.Load(); ch != nil {
		return *ch
	}
	ch := make(chan struct{})
	if c.done.CompareAndSwap(nil, &ch) {
		return ch
	}
	return *c.done.Load()
}

// ErrCancelled matches the error of every cancelled future.
var ErrCancelled = errors.New("cancelled")

// CancelledError is the error of a future that was cancelled. It matches
// [ErrCancelled] and wraps its cause.
type CancelledError struct {
	Task   string
	Future uint64
	Cause  error // nil where none was given
}

// Error tells what was cancelled, and why.
func (e *CancelledError) Error() string {
	if e.Cause == nil {
		return fmt.Sprintf("future %d of task %s was cancelled", e.Future, e.Task)
	}
	return fmt.Sprintf("future %d of task %s was cancelled: %v", e.Future, e.Task, e.Cause)
}

// Is reports whether target is [ErrCancelled].
func (e *CancelledError) Is(target error) bool { return target == ErrCancelled }

// Unwrap returns the cause.
func (e *CancelledError) Unwrap() error { return e.Cause }
