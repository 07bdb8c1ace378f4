package scheduler

// Hold keeps an accepted call from its executor.
type Hold struct {
	s        *Scheduler
	c        *Call // nil until the call was accepted; guarded by s.mu
	released bool  // guarded by s.mu
	by       string
}

// Hold has the call, if it is accepted, wait until the hold is released: its
// future is pending, its events are told as ever, and it can be cancelled. The
// call goes to its executor when all its holds were released.
func (sub *Submission) Hold() *Hold {
	h := &Hold{s: sub.Task.Scheduler(), by: sub.asked}
	sub.holds = append(sub.holds, h)
	return h
}

// Release lets the call go on. It may be called from any goroutine, does not
// block, and does nothing for a call that has ended, or the second time.
func (h *Hold) Release() {
	if h.release() {
		h.c.dispatch()
	}
}

// release reports whether it was what kept the call from its executor.
func (h *Hold) release() bool {
	h.s.mu.Lock()
	defer h.s.mu.Unlock()
	if h.released {
		return false
	}
	h.released = true
	if h.c == nil || h.c.more().holds == 0 {
		return false
	}
	x := h.c.more()
	if x.holds--; x.holds == 0 {
		x.held = nil
	}
	return x.holds == 0
}

// dispatch hands a call that nobody holds to its executor.
func (c *Call) dispatch() { c.task.executor().Submit(c) }

// hold takes up the holds of a call, and reports whether there is one that was
// not released yet. s.mu is held.
func (c *Call) hold(holds []*Hold) bool {
	if len(holds) == 0 {
		return false
	}
	x := c.more()
	for _, h := range holds {
		h.c = c
		if !h.released {
			x.holds++
		}
	}
	if x.holds > 0 {
		x.held = holds
	}
	return x.holds > 0
}

// unhold takes the call from its holds, and reports whether there was one: then
// no executor knows of it. s.mu is held.
func (c *Call) unhold() bool {
	x := c.extras.Load()
	if x == nil {
		return false
	}
	held := x.holds > 0
	x.holds, x.held = 0, nil
	return held
}

// endHeld ends a call that was taken from its holds as cancelled.
func (s *Scheduler) endHeld(calls []*Call, cause error) {
	if len(calls) == 0 {
		return
	}
	outcomes := make([]Outcome, len(calls))
	for i, c := range calls {
		outcomes[i] = Outcome{Call: c, Cancelled: true, Err: cause, Worker: -1}
	}
	s.end(outcomes)
}

// killHeld ends all calls that are held, now and later, as cancelled: the run
// is killed.
func (s *Scheduler) killHeld(cause error) {
	s.mu.Lock()
	s.holdless = true
	var held []*Call
	for c := s.queue.first; c != nil; c = c.inQueue.next {
		if c.unhold() {
			held = append(held, c)
		}
	}
	s.mu.Unlock()
	s.endHeld(held, cause)
}
