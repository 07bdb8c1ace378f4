package local

import (
	"context"
	"time"

	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// stopWarning is how long code may go on after its context has ended before
// the log says that it is waited for.
const stopWarning = 5 * time.Second

// running is a call that runs.
type running struct {
	ctx     context.Context
	cancel  context.CancelCauseFunc
	worker  int
	began   time.Time
	warning *time.Timer   // nil until it is told to stop
	warned  chan struct{} // closed by the warning, if it comes
	late    *time.Timer   // warns of code whose time is over, nil without a limit
}

// stopRunning tells running code to stop. e.mu is held.
func (e *Executor) stopRunning(c *scheduler.Call, r *running, cause error) {
	r.cancel(cause)
	if r.warning != nil {
		return
	}
	r.warned = make(chan struct{})
	r.warning = time.AfterFunc(stopWarning, func() {
		defer close(r.warned)
		e.host.Log.Warn("waiting for code that does not heed its context; code in this process cannot be killed",
			"executor", e.kind, "task", c.Task(), "future", c.ID(), "waited", stopWarning)
	})
}

// stopAll tells all code that runs to stop.
func (e *Executor) stopAll(cause error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for c, r := range e.running {
		e.stopRunning(c, r, cause)
	}
}

// ended forgets a call whose code has returned. It reports whether the call
// was told to stop, and why.
func (e *Executor) ended(c *scheduler.Call) (stopped bool, cause error) {
	e.mu.Lock()
	r := e.running[c]
	delete(e.running, c)
	stopped, cause = r.warning != nil, e.killed
	e.mu.Unlock()
	r.cancel(nil)
	if r.late != nil {
		r.late.Stop()
	}
	if stopped && !r.warning.Stop() {
		<-r.warned
	}
	if c.CancelRequested() {
		cause = c.CancelCause()
	}
	return stopped, cause
}

// Cancel implements [scheduler.Executor].
func (e *Executor) Cancel(c *scheduler.Call) {
	e.mu.Lock()
	if r, ok := e.running[c]; ok {
		e.stopRunning(c, r, c.CancelCause())
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
