package scheduler

import (
	"fmt"
	"runtime/debug"
	"time"

	"github.com/signalbox-go/signalbox/framework/event"
)

// Timer is a function that was put off by [Scheduler.CallLater].
type Timer struct {
	s *Scheduler
	t *time.Timer
}

// Cancel keeps the function from being called. It reports false if it was
// called, is about to be, or was cancelled before.
func (t *Timer) Cancel() bool {
	stopped := t.t.Stop()
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	delete(t.s.timers, t)
	return stopped
}

// CallLater has fn called after d, like a callback: never beside another one.
// A timer does not keep a run alive; the end of the run cancels it. It returns
// [ErrNotRunning] while no run goes on.
func (s *Scheduler) CallLater(d time.Duration, fn func()) (*Timer, error) {
	if fn == nil {
		panic("scheduler: CallLater needs a function, not nil")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.accepting {
		return nil, fmt.Errorf("scheduler: CallLater: %w", ErrNotRunning)
	}
	t := &Timer{s: s}
	s.timers[t] = struct{}{}
	t.t = time.AfterFunc(d, func() {
		s.mu.Lock()
		_, armed := s.timers[t]
		delete(s.timers, t)
		s.mu.Unlock()
		if armed {
			s.put(item{kind: itemFunc, do: fn})
		}
	})
	return t, nil
}

// stopTimers cancels all timers. s.mu is held.
func (s *Scheduler) stopTimers() {
	for t := range s.timers {
		t.t.Stop()
	}
	clear(s.timers)
}

// guard calls fn and turns a panic into an error.
func guard(what string, fn func()) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &event.PanicError{Event: what, Handler: "function", What: what, Value: v, Stack: string(debug.Stack())}
		}
	}()
	fn()
	return nil
}
