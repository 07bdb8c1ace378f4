package local

import (
	"time"

	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// stopWarning is how long code may go on after its context has ended before
// the log says that it is waited for.
const stopWarning = 5 * time.Second

// stopRunning tells running code to stop. e.mu is held.
func (e *Executor) stopRunning(s *slot, cause error) {
	s.told.Store(true)
	s.cancel(cause)
	if s.warning != nil {
		return
	}
	c, warned := s.call, make(chan struct{})
	s.warned = warned
	s.warning = time.AfterFunc(stopWarning, func() {
		defer close(warned)
		e.host.Log.Warn("waiting for code that does not heed its context; code in this process cannot be killed",
			"executor", e.kind, "task", c.Task(), "future", c.ID(), "waited", stopWarning)
	})
}

// stopAll tells all code that runs to stop.
func (e *Executor) stopAll(cause error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i := range e.slots {
		if s := &e.slots[i]; s.runs() {
			e.stopRunning(s, cause)
		}
	}
}

// ended takes note that the code of a slot's call has returned. It reports
// whether the call was told to stop, and why.
func (e *Executor) ended(s *slot) (stopped bool, cause error) {
	s.over.Store(true)
	if s.told.Load() {
		stopped, cause = true, e.silence(s)
	}
	s.cancel(nil)
	if s.late != nil {
		s.late.Stop()
	}
	return stopped, cause
}

// silence waits for the warning of a call that was told to stop, if it has begun,
// and returns why the call was told.
func (e *Executor) silence(s *slot) error {
	e.mu.Lock()
	warning, warned, cause := s.warning, s.warned, e.killed
	e.mu.Unlock()
	if !warning.Stop() {
		<-warned
	}
	if s.call.CancelRequested() {
		cause = s.call.CancelCause()
	}
	return cause
}

// Cancel implements [scheduler.Executor].
func (e *Executor) Cancel(c *scheduler.Call) {
	e.mu.Lock()
	if s := slotOf(c); s != nil {
		e.stopRunning(s, c.CancelCause())
		e.mu.Unlock()
		return
	}
	waits := e.waiting.Drop(c)
	end := e.host.End
	e.mu.Unlock()
	// Otherwise it is not yet here, where Submit will see the request, or over.
	if waits {
		end([]scheduler.Outcome{{Call: c, Cancelled: true, Err: c.CancelCause(), Worker: -1}})
	}
}

// Stop implements [scheduler.Executor].
func (e *Executor) Stop(kill bool, cause error) {
	e.mu.Lock()
	e.open = false
	var dropped []scheduler.Outcome
	if kill {
		if cause == nil {
			cause = scheduler.ErrCancelled
		}
		e.killed = cause
		for _, c := range e.waiting.Clear() {
			dropped = append(dropped, scheduler.Outcome{Call: c, Cancelled: true, Err: cause, Worker: -1})
		}
	}
	e.mu.Unlock()
	e.ready.Broadcast()
	if len(dropped) > 0 {
		e.host.End(dropped)
	}
	if kill {
		e.stopAll(cause)
	}
	e.wg.Wait()
	e.mu.Lock()
	e.claimed = false
	e.mu.Unlock()
}
