package scheduler

import "time"

// Load is what a scheduler has to do at one moment.
type Load struct {
	// Queue is how many futures were accepted and have not been told to have
	// ended.
	Queue int
	// Running is how many of them have code that runs.
	Running int
	// Oldest is for how long the first that waits has waited: 0 if none does,
	// or if nobody observes the scheduler.
	Oldest time.Duration
}

// loadLooked is how many futures, the first of the queue, are looked at for
// what runs. Executors begin with the first.
const loadLooked = 10_000

// Load returns what there is to do. It looks at the first 10,000 futures of the
// queue: those behind them count as waiting.
func (s *Scheduler) Load() Load {
	s.mu.Lock()
	l := Load{Queue: s.queue.len}
	first := s.queue.calls(loadLooked)
	s.mu.Unlock()
	workers := 0
	for _, e := range s.executors {
		workers += e.Status().Workers
	}
	waiting := false
	for _, c := range first {
		since := time.Duration(c.since.Load()) // of a call that has not settled, as the state tells then
		switch c.currentState() {
		case Running:
			l.Running++
		case Pending:
			if !waiting && since > 0 && s.observed() {
				l.Oldest = time.Since(s.made) - since
			}
			waiting = true
		}
		if waiting && l.Running >= workers {
			break
		}
	}
	return l
}

// Busy returns how many workers of all executors have a call, and how many
// workers there are. It does not look at the queue. Of executors that are not
// [Gauged], all are taken to be busy as long as the queue is as long.
func (s *Scheduler) Busy() (busy, workers int) {
	queue := s.Len()
	for _, e := range s.executors {
		n := e.Status().Workers
		workers += n
		if g, ok := e.(Gauged); ok {
			busy += g.Busy()
		} else {
			busy += min(n, queue)
		}
	}
	return min(busy, workers), workers
}
