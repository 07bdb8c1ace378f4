package scheduler

import "time"

// keptFailures is how many failures are kept.
const keptFailures = 16

// Failure is a call that has ended with an error.
type Failure struct {
	Time   time.Time // when it was told
	Task   string
	Future uint64
	Err    error
}

// failures are the most recent ones. They are guarded by Scheduler.mu.
type failures struct {
	kept [keptFailures]Failure
	n    uint64 // that there have been
}

func (f *failures) add(c *Call) {
	f.kept[f.n%keptFailures] = Failure{Time: time.Now(), Task: c.task.name, Future: c.id, Err: c.err}
	f.n++
}

// Failures returns the most recent failures, the latest last: 16 at most.
func (s *Scheduler) Failures() []Failure {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := &s.failures
	out := make([]Failure, 0, min(f.n, keptFailures))
	for i := f.n - min(f.n, keptFailures); i < f.n; i++ {
		out = append(out, f.kept[i%keptFailures])
	}
	return out
}
