package scheduler

import (
	"slices"
	"time"
)

// Standing is where a call stands whose end has not been told.
type Standing struct {
	Future   AnyFuture
	Executor string // where it runs or is to run
	Priority int
	Deadline time.Time // zero for none
	// Submitted is when its submission was told, within what a few callbacks
	// take; zero before.
	Submitted time.Time
	// Held names the extensions that keep it from its executor.
	Held []string
	// Cancelling tells that it is to be cancelled, and Cause why.
	Cancelling bool
	Cause      error
}

// walkChunk is how many calls are looked at while the lock is held.
const walkChunk = 1024

// walk calls visit for the calls of the queue, in order, until it returns false.
// It holds the lock for a few of them at a time only, during which look is
// called, which may be nil.
func (s *Scheduler) walk(look func(*Call), visit func(*Call) bool) {
	var at *Call
	var last uint64
	chunk := make([]*Call, 0, walkChunk)
	for {
		chunk = chunk[:0]
		s.mu.Lock()
		c := s.queue.first
		if at != nil && at.queued {
			c = at.inQueue.next
		} else {
			for c != nil && c.id <= last {
				c = c.inQueue.next
			}
		}
		for ; c != nil && len(chunk) < walkChunk; c = c.inQueue.next {
			if look != nil {
				look(c)
			}
			chunk = append(chunk, c)
		}
		s.mu.Unlock()
		for _, c := range chunk {
			if visit != nil && !visit(c) {
				return
			}
		}
		if len(chunk) < walkChunk {
			return
		}
		at = chunk[len(chunk)-1]
		last = at.id
	}
}

// Waiting returns the first futures of the queue whose code has not begun, as
// far as is known: of a task, of all for an empty name, and limit at most.
func (s *Scheduler) Waiting(task string, limit int) []Standing {
	var out []Standing
	s.walk(nil, func(c *Call) bool {
		if len(out) < limit && (task == "" || task == c.task.name) && c.currentState() == Pending {
			out = append(out, c.Standing())
		}
		return len(out) < limit
	})
	return out
}

// Standing returns where a future stands, and false if its end has been told or
// it was never submitted. Of a future that waits, ahead is how many others wait
// to be begun before it by its executor: those that were handed to a worker are
// among them.
//
// It looks at the whole queue, a few futures at a time.
func (s *Scheduler) Standing(future uint64) (st Standing, ahead int, ok bool) {
	var found *Call
	s.walk(nil, func(c *Call) bool {
		if c.id == future {
			found = c
		}
		return found == nil
	})
	if found == nil {
		return Standing{}, 0, false
	}
	st = found.Standing()
	if found.currentState() != Pending || len(st.Held) > 0 {
		return st, 0, true
	}
	exec, mine := found.task.executor(), found.priority()
	running := map[uint64]bool{}
	for _, w := range s.Staff() {
		if w.Call != nil {
			running[w.Call.id] = true
		}
	}
	s.walk(func(c *Call) {
		x := c.extras.Load()
		switch p := c.priority(); {
		case State(c.state.Load()) != Pending, x != nil && x.holds > 0, running[c.id]:
		case p < mine, p == mine && c.id >= future, c.task.executor() != exec:
		default:
			ahead++
		}
	}, nil)
	return st, ahead, true
}

// Standing returns where the call stands.
func (c *Call) Standing() Standing {
	s := c.task.s
	want := c.Constraints()
	st := Standing{Future: c.Future(), Priority: want.Priority, Deadline: want.Deadline, Cancelling: c.CancelRequested(), Cause: c.CancelCause()}
	if e := c.task.executor(); e != nil {
		st.Executor = e.Name()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if since := c.since.Load(); since > 0 && !c.hasEnded() {
		st.Submitted = s.made.Add(time.Duration(since))
	}
	if x := c.extras.Load(); x != nil && x.holds > 0 {
		for _, h := range x.held {
			if !h.released && h.by != "" && !slices.Contains(st.Held, h.by) {
				st.Held = append(st.Held, h.by)
			}
		}
		if len(st.Held) == 0 {
			st.Held = []string{"an extension"}
		}
	}
	return st
}
