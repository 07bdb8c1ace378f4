package local

import "github.com/signalbox-go/signalbox/framework/scheduler"

// Submit implements [scheduler.Executor].
func (e *Executor) Submit(c *scheduler.Call) {
	e.mu.Lock()
	if o, refused := e.refuse(c); refused {
		end := e.host.End
		e.mu.Unlock()
		end([]scheduler.Outcome{o})
		return
	}
	e.waiting.Push(c)
	e.mu.Unlock()
	e.ready.Signal()
}

// refuse tells how a call ends that cannot be taken. e.mu is held.
func (e *Executor) refuse(c *scheduler.Call) (scheduler.Outcome, bool) {
	o := scheduler.Outcome{Call: c, Worker: -1}
	switch {
	case c.CancelRequested():
		o.Cancelled, o.Err = true, c.CancelCause()
	case e.killed != nil || !e.open:
		o.Cancelled, o.Err = true, e.killed
	default:
		o.Err = c.TooLate()
	}
	return o, o.Cancelled || o.Err != nil
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
