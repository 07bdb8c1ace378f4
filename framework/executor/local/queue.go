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
	e.compact()
	c.Private = scheduler.Private{Owner: e, Seq: e.base + uint64(len(e.waiting))}
	e.waiting = append(e.waiting, c)
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
	for e.head < len(e.waiting) {
		c := e.waiting[e.head]
		e.waiting[e.head] = nil
		e.head++
		if c != nil {
			c.Private.Owner = nil
			return c
		}
	}
	e.base += uint64(len(e.waiting))
	e.waiting, e.head = e.waiting[:0], 0
	return nil
}

// compact forgets the front of waiting, from which calls were taken, once it is
// the greater part. e.mu is held.
func (e *Executor) compact() {
	const few = 1024
	if e.head < few || e.head <= len(e.waiting)/2 {
		return
	}
	n := copy(e.waiting, e.waiting[e.head:])
	clear(e.waiting[n:])
	e.waiting, e.base, e.head = e.waiting[:n], e.base+uint64(e.head), 0
}
