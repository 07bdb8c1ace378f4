package scheduler

import (
	"time"

	"github.com/signalbox-go/signalbox/framework/view"
)

// Stage is how far a run has come.
type Stage struct {
	Phase view.Phase
	// Started is when Start was called, zero before.
	Started time.Time
	// Exit is how the run ended, and zero before.
	Exit Exit
}

// Elapsed returns how long the run has taken, at that moment.
func (st Stage) Elapsed(now time.Time) time.Duration {
	switch st.Phase {
	case view.NotStarted:
		return 0
	case view.Ended:
		return st.Exit.Elapsed
	}
	return now.Sub(st.Started)
}

// Stage returns how far the run has come that goes on, or that was the last.
func (s *Scheduler) Stage() Stage {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch r := s.run; {
	case s.starting != nil:
		return Stage{Phase: view.Starting, Started: s.starting.started}
	case r == nil:
		return Stage{Phase: view.NotStarted}
	case r.over(), r.concluded:
		return Stage{Phase: view.Ended, Started: r.started, Exit: r.exit}
	case s.running:
		return Stage{Phase: view.Running, Started: r.started}
	default:
		return Stage{Phase: view.Draining, Started: r.started}
	}
}
