package scheduler

import "time"

// How many ends are remembered: those with a result, and, apart from them so that
// they stay for longer, those that failed or were cancelled.
const (
	KeptResults = 4096
	KeptOthers  = 1024
)

// Ending is how a call has ended.
type Ending struct {
	Task   string
	Future uint64
	State  State
	Err    error // nil for a result
	// Attempts is how many there were, and Worker the number of the worker that
	// ran the last, -1 for none.
	Attempts int
	Worker   int
	// Elapsed is how long the code took in the last attempt.
	Elapsed time.Duration
	// Submitted and Ended are when that was told, within what a few callbacks
	// take.
	Submitted, Ended time.Time
}

// ending is an Ending as it is kept, without what the collector would have to
// follow. Times are since the scheduler was made.
type ending struct {
	task             *taskCore
	id               uint64
	err              error
	elapsed          time.Duration
	submitted, ended time.Duration
	worker, attempts int32
	state            State
}

// endings are the most recent ones, up to a number. They are guarded by
// Scheduler.mu.
type endings struct {
	kept []ending
	next int // where the oldest is, once there are as many as may be kept
}

func (e *endings) add(one ending, most int) {
	if len(e.kept) < most {
		e.kept = append(e.kept, one)
		return
	}
	e.kept[e.next] = one
	if e.next++; e.next == most {
		e.next = 0
	}
}

// latest calls visit for each, the latest first, until it returns false.
func (e *endings) latest(visit func(*ending) bool) {
	for i := range e.kept {
		at := e.next - 1 - i
		if at < 0 {
			at += len(e.kept)
		}
		if !visit(&e.kept[at]) {
			return
		}
	}
}

// remember keeps how a call has ended. s.mu is held.
func (s *Scheduler) remember(c *Call) {
	e := ending{task: c.task, id: c.id, err: c.err, elapsed: c.elapsed, ended: s.clock, worker: c.worker, attempts: 1, state: State(c.state.Load())}
	if e.submitted = time.Duration(c.since.Load()); s.observed() { // then that is how long it waited
		e.submitted = e.ended - e.submitted - e.elapsed
	}
	if x := c.extras.Load(); x != nil {
		e.attempts += x.attempts.Load()
		if s.observed() {
			e.submitted -= x.ran
		}
	}
	if e.state == Succeeded {
		s.results.add(e, KeptResults)
	} else {
		s.others.add(e, KeptOthers)
	}
	if e.elapsed > s.slowest.bar {
		s.slowest.add(c)
	}
}

func (s *Scheduler) ending(e *ending) Ending {
	return Ending{Task: e.task.name, Future: e.id, State: e.state, Err: e.err, Attempts: int(e.attempts), Worker: int(e.worker), Elapsed: e.elapsed,
		Submitted: s.made.Add(max(0, e.submitted)), Ended: s.made.Add(e.ended)}
}

// Ending returns how a future has ended, as long as that is remembered: of the
// last [KeptResults] that have a result, and the last [KeptOthers] that failed
// or were cancelled.
func (s *Scheduler) Ending(future uint64) (end Ending, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, list := range []*endings{&s.results, &s.others} {
		list.latest(func(e *ending) bool {
			if e.id == future {
				end, ok = s.ending(e), true
			}
			return !ok
		})
	}
	return end, ok
}

// Endings returns the ends that are remembered and in that state, which is
// [Succeeded], [Failed] or [Cancelled], the latest first: of a task, of all for
// an empty name, and limit at most.
func (s *Scheduler) Endings(task string, state State, limit int) []Ending {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := &s.others
	if state == Succeeded {
		list = &s.results
	}
	var out []Ending
	list.latest(func(e *ending) bool {
		if len(out) == limit {
			return false
		}
		if e.state == state && (task == "" || task == e.task.name) {
			out = append(out, s.ending(e))
		}
		return true
	})
	return out
}
