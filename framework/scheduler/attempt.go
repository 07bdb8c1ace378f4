package scheduler

import "time"

// Attempt is how one attempt of a call ended, as a [Judge] sees it.
type Attempt struct {
	// Task is the task that the call is of.
	Task AnyTask
	// Future is that of the call, which has not ended.
	Future AnyFuture
	// Number is that of the attempt, from 1.
	Number int
	// Err is the error that the future is to end with, nil for a result. It may
	// be replaced by another error.
	Err error
	// Cancelled tells that the attempt was stopped on request: there will be no
	// other.
	Cancelled bool
	// Elapsed is how long the code took, and Worker the number of the worker
	// that ran it, -1 for none.
	Elapsed time.Duration
	Worker  int
	// Constraints are those of the attempt. They may be changed for the next.
	Constraints Constraints

	s     *Scheduler
	asked string // the judge
	hold  *Hold
	then  []func()
}

// Again has the call attempted once more, when the hold is released, instead of
// ending its future. It does nothing, and neither does releasing the hold, if
// the attempt had a result or was cancelled, or the call cannot be attempted
// again because it is to be cancelled or the run is killed.
func (a *Attempt) Again() *Hold {
	if a.hold == nil {
		a.hold = &Hold{s: a.s, by: a.asked}
	}
	return a.hold
}

// Then has fn called if there is to be another attempt, in place of what Judge
// would do at once: only then is it known. It is under the rules of Judge. The
// attempt does not begin before.
func (a *Attempt) Then(fn func()) { a.then = append(a.then, fn) }

// hooks are the extensions of a task that look at the ends of its calls.
type hooks struct {
	judges    []Judge
	followers []Follower
	listener  Listener // nil for none
}

func hooksOf(extensions []Extension) *hooks {
	var h hooks
	for _, e := range extensions {
		if j, ok := e.(Judge); ok {
			h.judges = append(h.judges, j)
		}
		if f, ok := e.(Follower); ok {
			h.followers = append(h.followers, f)
		}
		if l, ok := e.(Listener); ok {
			h.listener = l
		}
	}
	if len(h.judges)+len(h.followers) == 0 && h.listener == nil {
		return nil
	}
	return &h
}

// understand decodes a result of a task whose extensions look at the ends of
// attempts: to them, one that does not decode is a failure.
func (s *Scheduler) understand(o *Outcome) {
	if c := o.Call; o.Err == nil && !o.Cancelled && State(c.state.Load()) < settling && c.task.executor().Encodes() {
		o.Err = o.decode()
	}
}

// judged shows an outcome to the judges of its task, and reports whether the
// call is attempted again, so that it has no outcome yet. ready are calls that
// can go to their executor at once.
func (s *Scheduler) judged(o *Outcome, ready []*Call) (again bool, _ []*Call) {
	h := o.Call.task.hooks.Load()
	if h == nil || len(h.judges) == 0 || o.Call.hasEnded() {
		return false, ready
	}
	a := &Attempt{Task: o.Call.task.any, Future: o.Call.Future(), Number: o.Call.Attempt(), Err: o.Err, Cancelled: o.Cancelled, Elapsed: o.Elapsed,
		Worker: o.Worker, Constraints: o.Call.Constraints(), s: s}
	for _, j := range h.judges {
		a.asked = j.Name()
		s.guarded("Judge of extension "+j.Name(), func() { j.Judge(a) })
	}
	if o.Err != nil && !o.Cancelled && a.Err != nil {
		o.Err = a.Err
	}
	if a.hold == nil || o.Err == nil || o.Cancelled {
		return false, ready
	}
	begins := &Hold{s: s} // until what is to be done before has been done
	if !s.again(o, a, begins) {
		return false, ready
	}
	s.callAll("function given to Then", a.then)
	if begins.release() {
		ready = append(ready, o.Call)
	}
	return true, ready
}

// again puts a call in front of another attempt, if there can be one.
func (s *Scheduler) again(o *Outcome, a *Attempt, begins *Hold) bool {
	c := o.Call
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.holdless || c.cancel.Load() || c.hasEnded() {
		return false
	}
	s.stopsReporting(c)
	x := c.more()
	x.attempts.Add(1)
	x.ran += o.Elapsed
	x.constraints = a.Constraints
	c.state.CompareAndSwap(uint32(Running), uint32(Pending))
	return c.hold([]*Hold{a.hold, begins})
}

// follow tells the followers of a task that a call of it has ended.
func (s *Scheduler) follow(c *Call) {
	h := c.task.hooks.Load()
	if h == nil {
		return
	}
	for _, f := range h.followers {
		s.guarded("Settled of extension "+f.Name(), func() { f.Settled(c.Future()) })
	}
}
