package scheduler

import (
	"fmt"
	"time"
)

// Extension shapes how one task is submitted and run: limits, retries,
// messages. AMLTK calls it a Plugin of a task; it runs in the host, unlike the
// plugins that are processes.
type Extension interface {
	// Name names the extension in errors and displays.
	Name() string
	// Attach is called once, when the extension is attached to a task. It
	// makes the extension's events known on the task's emitter, so that they
	// are shown before they are heard.
	Attach(t AnyTask) error
	// PreSubmit is asked before each call is accepted, on the goroutine of
	// whoever submits, never twice at a time for one task, and only while calls
	// are accepted. It may change sub.Input and sub.Constraints, reserve what
	// the call will need, and refuse the call by an error. It must not block,
	// and must not submit or attach to the same task; what it emits takes its
	// place among what has happened.
	PreSubmit(sub *Submission) error
}

// Submission is a call that is about to be accepted, as extensions see it.
type Submission struct {
	// Task is the task that the call is for.
	Task AnyTask
	// Input is what was submitted, as changed by extensions before. It may be
	// replaced by another value of the same type.
	Input any
	// Constraints are handed to the executor with the call.
	Constraints Constraints

	reserved []reservation
	holds    []*Hold
	ranked   bool   // the call has a priority of its own
	asked    string // the extension that sees it
}

// Judge is an extension that sees how each attempt of its task's calls ended,
// and may have the call attempted again.
type Judge interface {
	Extension
	// Judge is told of an attempt before the call's future ends by it, on the
	// goroutine that learnt of it, for several calls at a time. It must not
	// block. What it emits takes its place before the events of that end.
	Judge(a *Attempt)
}

// Follower is an extension that hears of the end of its task's calls as soon as
// they have ended, before any callback.
type Follower interface {
	Extension
	// Settled is called when a future has its outcome, once for each that was
	// accepted, on the goroutine that learnt of it, for several at a time. It
	// must not block.
	Settled(f AnyFuture)
}

type reservation struct {
	commit   func(AnyFuture)
	rollback func()
}

// Reserve takes note of something that the extension has set aside for the
// call. Exactly one of the functions is called, either of which may be nil:
// commit when the call was accepted and before its events are told, rollback
// when it was refused after all. Both are under the rules of PreSubmit; the run
// waits for commit before it ends. A panic in one keeps no other from being
// called, and falls under the run's exception policy.
func (sub *Submission) Reserve(commit func(AnyFuture), rollback func()) {
	sub.reserved = append(sub.reserved, reservation{commit, rollback})
}

func (sub *Submission) commit(s *Scheduler, f AnyFuture) {
	var all []func()
	for _, r := range sub.reserved {
		if r.commit != nil {
			all = append(all, func() { r.commit(f) })
		}
	}
	s.callAll("commit of a reservation", all)
}

func (sub *Submission) rollback(s *Scheduler) {
	var all []func()
	for i := len(sub.reserved) - 1; i >= 0; i-- {
		if r := sub.reserved[i]; r.rollback != nil {
			all = append(all, r.rollback)
		}
	}
	s.callAll("rollback of a reservation", all)
}

// callAll calls functions in order, whatever becomes of one of them. Errors
// take their place among what has happened.
func (s *Scheduler) callAll(what string, all []func()) {
	if len(all) == 0 {
		return
	}
	defer s.callAll(what, all[1:]) // also if the first ends the goroutine
	s.guarded(what, all[0])
}

// guarded calls a function of an extension's. An error takes its place among
// what has happened.
func (s *Scheduler) guarded(what string, fn func()) {
	if err := guard(what, fn); err != nil {
		s.put(item{kind: itemDo, do: func() { s.stray = append(s.stray, err) }})
	}
}

// Constraints are what is asked of the executor for one call. The zero value
// asks for nothing.
type Constraints struct {
	// Deadline is when the code's context ends, also that of later attempts.
	Deadline time.Time
	// Priority puts the call before those of a lower one that wait.
	Priority int
	// Limits bound what the code may use.
	Limits Limits
}

// preSubmit asks the task's extensions in order.
func (t *taskCore) preSubmit(sub *Submission) error {
	for _, e := range t.extensions() {
		sub.asked = e.Name()
		var refused error
		if err := guard("PreSubmit of extension "+e.Name(), func() { refused = e.PreSubmit(sub) }); err != nil {
			return err
		}
		if refused != nil {
			return fmt.Errorf("extension %s: %w", e.Name(), refused)
		}
	}
	return nil
}

// Attach attaches further extensions to the task, after those that it has.
func (t *taskCore) Attach(extensions ...Extension) error {
	for i, e := range extensions {
		if e == nil {
			return fmt.Errorf("scheduler: task %s: extension %d is nil", t.name, i+1)
		}
	}
	for _, e := range extensions {
		if l := t.listener(); l != nil {
			if _, another := e.(Listener); another {
				return fmt.Errorf("scheduler: task %s: extension %s: extension %s hears what the code says already", t.name, e.Name(), l.Name())
			}
		}
		// What is refused must not have been attached: it could not be detached.
		if err := t.enforcesAll([]Extension{e}); err != nil {
			return err
		}
		if err := e.Attach(t.any); err != nil {
			return fmt.Errorf("scheduler: task %s: extension %s: %w", t.name, e.Name(), err)
		}
		t.submitting.Lock()
		next := append(append([]Extension(nil), t.extensions()...), e)
		t.exts.Store(&next)
		t.hooks.Store(hooksOf(next))
		t.submitting.Unlock()
		if t.s.Running() {
			t.explain()
		}
	}
	return nil
}
