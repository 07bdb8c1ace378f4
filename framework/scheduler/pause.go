package scheduler

import "sync"

// Pause pauses dispatch: from then on, executors begin nothing that waits.
// What runs goes on, and so does a worker with the little that it holds.
// Submitting, cancelling and stopping work as ever; a run that completes what
// waits before it ends does not end while it is paused. Dispatch that is paused
// outside a run is paused when one starts.
func (s *Scheduler) Pause() { s.pauses.set(s, true) }

// Resume undoes [Scheduler.Pause].
func (s *Scheduler) Resume() { s.pauses.set(s, false) }

// Paused reports whether dispatch is paused, by Pause or by an [Observer].
func (s *Scheduler) Paused() bool {
	s.pauses.mu.Lock()
	defer s.pauses.mu.Unlock()
	return len(s.pauses.holders) > 0
}

// pauses are those who want dispatch to be paused. The lock is held while
// executors are told, so that they are told in order.
type pauses struct {
	mu        sync.Mutex
	executors []Executor
	holders   map[any]struct{}
}

func (p *pauses) set(holder any, paused bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := len(p.holders) > 0
	if paused {
		if p.holders == nil {
			p.holders = map[any]struct{}{}
		}
		p.holders[holder] = struct{}{}
	} else {
		delete(p.holders, holder)
	}
	if now := len(p.holders) > 0; now != before {
		for _, e := range p.executors {
			e.Pause(now)
		}
	}
}
