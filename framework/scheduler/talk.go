package scheduler

import (
	"errors"
	"fmt"
	"sync"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/task"
)

// Listener is an extension that hears what running code of its task says, and
// may answer. A task has one at most.
type Listener interface {
	Extension
	// Hear is told what code says, in order, on the goroutine that it came on,
	// for several calls at a time. It must not block. What it returns is called
	// when it is the message's turn among what has happened, like a callback and
	// before the events of the call's end; nil is nothing. An error falls under
	// the run's exception policy.
	Hear(t *Talk, m task.Message) (tell func(), err error)
	// Ended is told that an attempt has ended whose code has said something, with
	// the error that it ended with, nil for a result. It is like Hear.
	Ended(t *Talk, err error) (tell func())
	// Finishing is told, like a callback, that a run is about to end, once
	// on_finishing of it has been told.
	Finishing(t AnyTask)
}

// ErrTalkEnded is returned where somebody answers code that has ended.
var ErrTalkEnded = errors.New("the code has ended")

// Talk is what the code of one attempt of a call says to the host. Its methods
// may be called from any goroutine.
type Talk struct {
	c       *Call
	attempt int

	// State is for the listener.
	State any

	mu      sync.Mutex
	heard   uint64 // by cost
	told    uint64 // of it
	granted uint64 // of that, which the code knows of
	ended   bool
}

// Future returns the future of the call.
func (t *Talk) Future() AnyFuture { return t.c.Future() }

// Task returns the task.
func (t *Talk) Task() AnyTask { return t.c.task.any }

// Attempt returns the number of the attempt, from 1.
func (t *Talk) Attempt() int { return t.attempt }

// Answer sends an answer to the code. The error is [ErrTalkEnded] if it has
// ended, or says why the answer cannot be sent.
func (t *Talk) Answer(m task.Message) error {
	t.mu.Lock()
	ended := t.ended
	t.mu.Unlock()
	exec := t.c.task.executor()
	if ended || exec == nil {
		return ErrTalkEnded
	}
	return exec.Send(t.c, t.attempt, m)
}

// Tell has handlers of an event on the task's emitter called with v, at once. It
// is for the functions that [Listener] returns. The error is that of callbacks
// that failed, which fall under the run's policy as ever.
func Tell[T any](t *Talk, sub event.Subscriber[T], v T) error {
	return deliverTo(t.c, sub, v)
}

// deliverTo tells an event on the emitter of a call's task.
func deliverTo[T any](c *Call, sub event.Subscriber[T], v T) error {
	s := c.task.s
	if s.observed() {
		s.observe(Occurrence{Kind: OccurredEmission, Event: sub.Event().Name(), Task: c.task.any, Value: v})
	}
	before := len(s.stray)
	event.Deliver(c.task.delivery, sub, v)
	return errors.Join(s.stray[before:]...)
}

// Heard reports whether anybody hears what the call's code says, besides
// progress.
func (c *Call) Heard() bool { return c.task.listener() != nil }

func (t *taskCore) listener() Listener {
	if h := t.hooks.Load(); h != nil {
		return h.listener
	}
	return nil
}

// Receive takes what the call's code has said, from the executor that runs it:
// in order, and before [Host.End] of the call. It does not block. The error is
// that of code that does not wait for room, or says what it may not.
func (c *Call) Receive(m task.Message) error {
	if c.hasEnded() {
		c.task.s.late(1)
		return nil
	}
	if m.Kind == task.MessageProgress {
		c.progressed(m.Progress)
		return nil
	}
	l := c.task.listener()
	switch m.Kind {
	case task.MessageOpen, task.MessageData, task.MessageRequest, task.MessageWithdraw, task.MessageClose:
	default:
		return fmt.Errorf("scheduler: task %s, future %d: the code sent %s, which is the host's to send", c.task.name, c.id, m.Kind)
	}
	if l == nil {
		return fmt.Errorf("scheduler: task %s, future %d: the code sent %s, which nobody hears", c.task.name, c.id, m.Kind)
	}
	x := c.more()
	t := x.talk.Load()
	if t == nil {
		t = &Talk{c: c, attempt: c.Attempt()}
		x.talk.Store(t)
	}
	cost := m.Cost()
	t.mu.Lock()
	outstanding := t.heard - t.told
	t.heard += cost
	t.mu.Unlock()
	if cost > 0 && outstanding >= task.MessageWindow {
		return fmt.Errorf("scheduler: task %s, future %d: the code has said more than it may before it is heard", c.task.name, c.id)
	}
	var tell func()
	var err error
	if failed := guard("Hear of extension "+l.Name(), func() { tell, err = l.Hear(t, m) }); failed != nil {
		err = failed
	}
	if err != nil {
		err = fmt.Errorf("task %s, future %d: %s: %w", c.task.name, c.id, m.Kind, err)
	}
	if tell != nil || err != nil || cost > 0 {
		c.task.s.put(item{kind: itemDo, do: func() { t.tell(cost, tell, err) }})
	}
	return nil
}

// tell tells one message, when it is its turn.
func (t *Talk) tell(cost uint64, tell func(), err error) {
	s := t.c.task.s
	if err != nil {
		s.stray = append(s.stray, err)
	}
	if tell != nil {
		if err := guard("a listener's function", tell); err != nil {
			s.stray = append(s.stray, err)
		}
	}
	t.mu.Lock()
	t.told += cost
	grant := uint64(0)
	if !t.ended && t.told-t.granted >= task.MessageWindow/2 {
		t.granted, grant = t.told, t.told
	}
	t.mu.Unlock()
	if grant > 0 {
		_ = t.Answer(task.Message{Kind: task.MessageGrant, ID: grant}) // who has ended needs no more room
	}
}

// hush ends what the attempt of an outcome has said, if it has said something.
func (s *Scheduler) hush(o *Outcome) {
	c := o.Call
	x := c.extras.Load()
	if x == nil {
		return
	}
	t := x.talk.Swap(nil)
	if t == nil {
		return
	}
	t.mu.Lock()
	t.ended = true
	t.mu.Unlock()
	l := c.task.listener()
	var tell func()
	err := guard("Ended of extension "+l.Name(), func() { tell = l.Ended(t, o.Err) })
	if tell != nil || err != nil {
		s.put(item{kind: itemDo, do: func() { t.tell(0, tell, err) }})
	}
}

// late counts messages of code that had ended.
func (s *Scheduler) late(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts.LateMessages += uint64(n)
}

// tellFinishing tells listeners that the run is about to end.
func (s *Scheduler) tellFinishing() {
	for _, t := range s.Tasks() {
		l := coreOf(t).listener()
		if l == nil {
			continue
		}
		if err := guard("Finishing of extension "+l.Name(), func() { l.Finishing(t) }); err != nil {
			s.stray = append(s.stray, err)
		}
	}
}
