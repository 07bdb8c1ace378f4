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
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	if _, armed := t.s.timers[t]; !armed {
		return false
	}
	delete(t.s.timers, t)
	t.t.Stop()
	return true
}

// CallLater has fn called after d, like a callback: never beside another one.
// A timer does not keep a run alive; the end of the run cancels it. With d of 0
// or less, fn takes its place behind what has already happened. It returns
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
	if d <= 0 { // by its place among what happens, not by a race with it
		s.inbox.put(item{kind: itemFunc, do: fn})
		return t, nil
	}
	s.timers[t] = struct{}{}
	t.t = time.AfterFunc(d, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if _, armed := s.timers[t]; armed {
			delete(s.timers, t)
			// While timers are armed, a run goes on and tells what is put in.
			s.inbox.put(item{kind: itemFunc, do: fn})
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
			err = &event.PanicError{What: what, Value: v, Stack: string(debug.Stack())}
		}
	}()
	fn()
	return nil
}
