package scheduler

import (
	"slices"
	"time"
)

// keptSlowest is how many of the slowest calls are kept.
const keptSlowest = 5

// slowest are the calls whose code took longest, the slowest first. They are
// guarded by Scheduler.mu.
type slowest struct {
	calls []*Call
	bar   time.Duration // what takes no longer is none of them
}

func (l *slowest) add(c *Call) {
	at, _ := slices.BinarySearchFunc(l.calls, c.elapsed, func(of *Call, d time.Duration) int {
		if of.elapsed >= d {
			return -1
		}
		return 1
	})
	l.calls = slices.Insert(l.calls, at, c)
	if len(l.calls) > keptSlowest {
		l.calls = l.calls[:keptSlowest]
	}
	if len(l.calls) == keptSlowest {
		l.bar = l.calls[keptSlowest-1].elapsed
	}
}

// Slowest returns the futures whose code took longest in its last attempt, the
// slowest first: five at most.
func (s *Scheduler) Slowest() []AnyFuture {
	s.mu.Lock()
	defer s.mu.Unlock()
	return futures(s.slowest.calls)
}
