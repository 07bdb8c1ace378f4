package scheduler

import (
	"time"

	"github.com/signalbox-go/signalbox/framework/view"
)

// Staffed is implemented by executors that can tell what each of their workers
// does. Staff may be called at any time, from any goroutine, and takes no longer
// than a look at each worker.
type Staffed interface {
	Executor
	Staff() []WorkerStatus
}

// WorkerStatus is what one worker of an executor does.
type WorkerStatus struct {
	// Executor is filled in by the scheduler.
	Executor string
	Worker   int // from 0
	State    view.WorkerState
	PID      int // of its process, 0 for none of its own
	// Call is what runs, nil for nothing, and Since when it began, as far as the
	// executor knows.
	Call  *Call
	Since time.Time
	// Held is how many further calls it was given.
	Held int
	// Restarts is how often its process was replaced, and Err how the last one
	// was lost, nil if none was.
	Restarts int
	Err      error
}

// Staff returns what the workers of all executors do that are [Staffed].
func (s *Scheduler) Staff() []WorkerStatus {
	var out []WorkerStatus
	for _, e := range s.executors {
		staffed, ok := e.(Staffed)
		if !ok {
			continue
		}
		for _, w := range staffed.Staff() {
			w.Executor = e.Name()
			out = append(out, w)
		}
	}
	return out
}

// TaskCounts returns the counts of all tasks in the order of [Scheduler.Tasks],
// appended to into, as of one moment.
func (s *Scheduler) TaskCounts(into []Counts) []Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tasks {
		into = append(into, coreOf(t).counts)
	}
	return into
}
