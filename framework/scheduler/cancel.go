package scheduler

// Cancel implements [AnyTask].
func (t *Task[In, Out]) Cancel(cause ...error) int {
	return t.core.s.cancelAll(cause, func(c *Call) bool { return c.task == t.core })
}

// Cancel asks for all futures that have not ended to be cancelled, and returns
// how many those were; see [Future.Cancel].
func (s *Scheduler) Cancel(cause ...error) int {
	return s.cancelAll(cause, func(*Call) bool { return true })
}

func (s *Scheduler) cancelAll(cause []error, which func(*Call) bool) int {
	var why error
	if len(cause) > 0 {
		why = cause[0]
	}
	s.mu.Lock()
	calls := s.queue.calls(-1)
	s.mu.Unlock()
	n := 0
	for _, c := range calls {
		if which(c) && c.requestCancel(why) {
			n++
		}
	}
	return n
}
