package control

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/view"
)

// Explain implements [Run].
func (r scheduled) Explain(_ context.Context, future uint64) (Explanation, error) {
	s := r.w.Scheduler()
	out := Explanation{Paused: s.Paused(), Why: []string{}, Extensions: []view.Extension{}}
	st, ahead, open := s.Standing(future)
	end, over := s.Ending(future) // after it, since what is open may end meanwhile
	switch {
	case over:
		out.Future = ofEnding(end)
		out.ended()
	case open:
		out.Future, out.Ahead = ofStanding(st), ahead
		r.openNow(&out, st)
	default:
		return Explanation{}, fmt.Errorf("%w %d: %s", ErrUnknown, future, r.unknown(future))
	}
	if t := s.Task(out.Future.Task); t != nil {
		for _, e := range t.Extensions() {
			x := view.Extension{Name: e.Name(), Lines: []string{}}
			if shown, ok := e.(scheduler.Shown); ok {
				x.Lines = append(x.Lines, shown.Lines()...)
			}
			out.Extensions = append(out.Extensions, x)
		}
	}
	return out, nil
}

// unknown says why nothing is known of a future.
func (r scheduled) unknown(future uint64) string {
	if n := r.w.Scheduler().Counts().Submitted; future == 0 || future > n {
		return fmt.Sprintf("so far %d were submitted, numbered from 1", n)
	}
	return fmt.Sprintf("it has ended, and is forgotten; remembered are the last %d results and the last %d that failed or were cancelled; "+
		"the event plugin journal keeps all", scheduler.KeptResults, scheduler.KeptOthers)
}

func (x *Explanation) say(format string, args ...any) {
	x.Why = append(x.Why, fmt.Sprintf(format, args...))
}

// openNow explains a future whose end has not been told.
func (r scheduled) openNow(x *Explanation, st scheduler.Standing) {
	now := time.Now()
	if st.Future.State().Ended() {
		x.say("It has ended, and callbacks are about to be told.")
		return
	}
	for _, f := range r.running() {
		if f.ID == x.Future.ID {
			x.Future, x.Ahead = f, 0
		}
	}
	if x.Future.State == Waiting && st.Future.State() == scheduler.Running {
		x.Future.State, x.Ahead = Running, 0
	}
	if x.Future.State == Running {
		x.runs(st)
	} else {
		r.waits(x, st)
	}
	if !st.Deadline.IsZero() {
		if left := st.Deadline.Sub(now); left > 0 {
			x.say("Its deadline is in %v.", round(left))
		} else {
			x.say("Its deadline has passed.")
		}
	}
	if st.Cancelling {
		x.say("It is to be cancelled%s.", because(st.Cause))
	}
	if x.Future.Attempt > 1 {
		x.say("This is attempt %d: those before have failed.", x.Future.Attempt)
	}
}

func (x *Explanation) runs(st scheduler.Standing) {
	where := "executor " + st.Executor
	if x.Future.Worker >= 0 {
		where = fmt.Sprintf("worker %d of %s", x.Future.Worker, where)
	}
	if x.Future.PID != 0 {
		where += fmt.Sprintf(" (pid %d)", x.Future.PID)
	}
	if x.Future.Took > 0 {
		x.say("Its code has run for %v, on %s.", round(x.Future.Took), where)
	} else {
		x.say("Its code runs on %s.", where)
	}
	if p := x.Future.Progress; p != nil {
		x.say("It says that it is at %s.", p)
	}
}

func (r scheduled) waits(x *Explanation, st scheduler.Standing) {
	if !st.Submitted.IsZero() {
		x.say("It has waited for %v.", round(time.Since(st.Submitted)))
	}
	switch {
	case len(st.Held) > 0:
		x.say("It is held by %s, and goes to executor %s when it is released.", strings.Join(st.Held, " and "), st.Executor)
	case x.Ahead == 0:
		x.say("It is the next that executor %s begins, or has been handed to a worker that is about to.", st.Executor)
	default:
		x.say("%d others of executor %s are to be begun before: those of a higher priority than %d, and those of the same that came earlier.",
			x.Ahead, st.Executor, st.Priority)
	}
	if x.Paused {
		x.say("Dispatch is paused: nothing that waits is begun.")
	}
	busy, workers, lost := r.staff(st.Executor)
	switch {
	case workers > 0 && lost == workers:
		x.say("No worker of executor %s is left.", st.Executor)
	case workers > 0:
		x.say("Of the %d workers of executor %s %d are busy.", workers, st.Executor, busy)
	}
}

// staff counts the workers of an executor.
func (r scheduled) staff(executor string) (busy, workers, lost int) {
	for _, w := range r.w.Scheduler().Staff() {
		if w.Executor != executor {
			continue
		}
		workers++
		if w.Call != nil {
			busy++
		}
		if w.State == view.WorkerLost {
			lost++
		}
	}
	return busy, workers, lost
}

// ended explains a future that has ended.
func (x *Explanation) ended() {
	f := &x.Future
	what := map[State]string{Result: "with a result", Exception: "with an error", Cancelled: "as cancelled"}[f.State]
	x.say("It ended %s, %v after it was submitted.", what, round(f.Ended.Sub(f.Submitted)))
	switch {
	case f.Worker < 0 && f.Took == 0:
		x.say("No worker ran it.")
	case f.Attempt > 1:
		x.say("The last of its %d attempts took %v, on worker %d.", f.Attempt, round(f.Took), f.Worker)
	default:
		x.say("Its code took %v, on worker %d.", round(f.Took), f.Worker)
	}
	if f.Error != "" {
		x.say("The error: %s", f.Error)
	}
}

func because(cause error) string {
	if cause == nil {
		return ""
	}
	return ": " + cause.Error()
}

// round leaves three digits or so.
func round(d time.Duration) time.Duration {
	for _, unit := range []time.Duration{time.Second, time.Millisecond, time.Microsecond} {
		if d >= unit {
			return d.Round(unit / 100)
		}
	}
	return d
}
