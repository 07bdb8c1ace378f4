package local

import "github.com/signalbox-go/signalbox/framework/scheduler"

// Submit implements [scheduler.Executor].
func (e *Executor) Submit(c *scheduler.Call) {
	e.mu.Lock()
	if e.killed != nil || c.CancelRequested() || !e.open {
		cause := e.killed
		if c.CancelRequested() {
			cause = c.CancelCause()
		}
		end := e.host.End
		e.mu.Unlock()
		end([]scheduler.Outcome{{Call: c, Cancelled: true, Err: cause, Worker: -1}})
		return
	}
	e.waiting.Push(c)
	e.mu.Unlock()
	e.ready.Signal()
}

// Pause implements [scheduler.Executor].
func (e *Executor) Pause(paused bool) {
	e.mu.Lock()
	e.paused = paused
	e.mu.Unlock()
	e.ready.Broadcast()
}

// next takes the first call that waits and may begin, nil for none. e.mu is
// held.
func (e *Executor) next() *scheduler.Call {
	if e.paused {
		return nil
	}
	return e.waiting.Pop()
}
