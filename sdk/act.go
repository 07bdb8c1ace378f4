package sdk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/framework/wire"
	"github.com/signalbox-go/signalbox/framework/wire/failure"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
	"github.com/signalbox-go/signalbox/sdk/internal/plugin"
)

// ErrCancelled matches the error of every future that was cancelled.
var ErrCancelled = errors.New("cancelled")

// KindNotAllowed is the kind (task.KindOf) of the error of whatever the host
// has not granted: the job file's allow, in Go eventplugin.Allow.
const KindNotAllowed = wire.KindNotAllowed

// Future is the outcome, now or later, of a call that a plugin has submitted.
type Future struct {
	s   *Scheduler
	id  uint64
	end *plugin.Ending
}

// CallOption says how one call that a plugin submits is to be treated.
type CallOption func(*pb.Submit)

// Within has the code's context end d after the host has accepted the call,
// whether or not it waited: one that has not begun by then never does. It panics
// unless d is greater than 0.
func Within(d time.Duration) CallOption {
	if d <= 0 {
		panic("sdk: Within needs a duration greater than 0, not " + d.String())
	}
	return func(c *pb.Submit) { c.TimeoutNanos = int64(d) }
}

// Priority puts the call before those that wait and have a lower one. 0 is that
// of the task.
func Priority(p int) CallOption { return func(c *pb.Submit) { c.Priority = int64(p) } }

// Submit submits a call of a task and waits until the host has accepted or
// refused it, which does not wait behind events. Inputs are encoded as JSON, or
// as the task has it: CBOR, or raw bytes for a []byte. It has to be granted
// ("submit"), and works in callbacks.
func (s *Scheduler) Submit(taskName string, in any, opts ...CallOption) (*Future, error) {
	c := &pb.Submit{Task: taskName}
	for _, o := range opts {
		o(c)
	}
	for _, t := range s.link.Attach().GetRun().GetTasks() {
		if t.GetName() == taskName && !t.GetLoose() {
			c.ContentType = t.GetContentType()
		}
	}
	var err error
	if c.Input, err = encodeInput(in, c.ContentType); err != nil {
		return nil, fmt.Errorf("sdk: submit to task %s: the input does not encode as %s: %w", taskName, c.ContentType, err)
	}
	id, end, err := s.link.Submit(s.ctx, c)
	if err != nil {
		return nil, fmt.Errorf("sdk: submit to task %s: %w", taskName, err)
	}
	return &Future{s: s, id: id, end: end}, nil
}

func encodeInput(in any, contentType string) ([]byte, error) {
	if contentType == "" {
		contentType = task.ContentJSON
	}
	codec, err := task.CodecFor(contentType)
	if err != nil {
		return nil, err
	}
	return codec.Marshal(in)
}

// Submit is [Scheduler.Submit] for the task.
func (t *Task) Submit(in any, opts ...CallOption) (*Future, error) {
	return t.s.Submit(t.name, in, opts...)
}

// ID returns the future's number.
func (f *Future) ID() uint64 { return f.id }

// Wait waits for the end of the future and decodes its result into what out
// points to, nil for nobody's interest. The error is the task's, one that matches
// [ErrCancelled], or ctx's. Waiting in a callback works.
func (f *Future) Wait(ctx context.Context, out any) error {
	end, err := f.s.link.Await(ctx, f.end)
	if err != nil {
		return fmt.Errorf("sdk: waiting for future %d: %w", f.id, err)
	}
	switch {
	case end.GetCancelled():
		return fmt.Errorf("%w: %w", ErrCancelled, failure.ToError(end.GetFailure()))
	case end.GetFailure() != nil:
		return failure.ToError(end.GetFailure())
	case out == nil:
		return nil
	}
	return Payload{ContentType: end.GetContentType(), Data: append([]byte{}, end.GetOutput()...)}.Decode(out)
}

// Cancel asks for the future to be cancelled. It has to be granted ("cancel").
func (f *Future) Cancel(cause string) error { return f.s.CancelFuture(f.id, cause) }

// CancelFuture asks for any future of the scheduler to be cancelled, by its
// number. It has to be granted ("cancel").
func (s *Scheduler) CancelFuture(id uint64, cause string) error {
	return s.ask("cancel", &pb.Call{What: &pb.Call_Cancel{Cancel: &pb.Cancel{Future: id, Cause: cause}}})
}

// Stop stops the run, with an error or nil. It has to be granted ("stop").
func (s *Scheduler) Stop(message string, err error) error {
	return s.ask("stop", &pb.Call{What: &pb.Call_Stop{Stop: &pb.Stop{Message: message, Error: failure.FromError(err)}}})
}

// Emit emits an event by hand on the host's scheduler, with a value that is
// encoded as JSON, nil for a signal, and returns when it has been accepted. It
// has to be granted ("emit"). event.Emit does the same, and logs errors.
func (s *Scheduler) Emit(name string, value any) error { return s.emit("", name, value) }

// Emit is [Scheduler.Emit] on the task's emitter.
func (t *Task) Emit(name string, value any) error { return t.s.emit(t.name, name, value) }

func (s *Scheduler) emit(taskName, name string, value any) error {
	c := &pb.Emit{Task: taskName, Event: name, Depth: s.depth()}
	if value != nil {
		data, err := json.Marshal(value)
		if err != nil {
			return fmt.Errorf("sdk: emit %s: %w", name, err)
		}
		c.Value = data
	}
	return s.ask("emit "+name, &pb.Call{What: &pb.Call_Emit{Emit: c}})
}

func (s *Scheduler) ask(what string, c *pb.Call) error {
	if _, err := s.link.Call(s.ctx, c); err != nil {
		return fmt.Errorf("sdk: %s: %w", what, err)
	}
	return nil
}

// Snapshot is what the host's scheduler looks like.
type Snapshot struct {
	// Tree is the scheduler as it prints itself.
	Tree string
	// JSON is the same as data.
	JSON json.RawMessage
}

// Snapshot asks what the host's scheduler looks like now.
func (s *Scheduler) Snapshot() (Snapshot, error) {
	r, err := s.link.Call(s.ctx, &pb.Call{What: &pb.Call_Look{Look: &pb.Look{}}})
	if err != nil {
		return Snapshot{}, fmt.Errorf("sdk: snapshot: %w", err)
	}
	return Snapshot{Tree: r.GetTree(), JSON: r.GetSnapshot()}, nil
}

// Timer is a function that was put off by [Scheduler.CallLater].
type Timer struct {
	mu   sync.Mutex
	t    *time.Timer
	over bool
}

// Cancel keeps the function from being called. It reports false if it was
// called, is about to be, or was cancelled before.
func (t *Timer) Cancel() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over {
		return false
	}
	t.over = true
	t.t.Stop()
	return true
}

// CallLater has fn called after d in this plugin, like a callback: never beside
// another one. It does not keep the run alive.
func (s *Scheduler) CallLater(d time.Duration, fn func()) *Timer {
	t := &Timer{}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.t = time.AfterFunc(d, func() {
		t.mu.Lock()
		due := !t.over
		t.over = true
		t.mu.Unlock()
		if due {
			s.link.Do(fn)
		}
	})
	return t
}
