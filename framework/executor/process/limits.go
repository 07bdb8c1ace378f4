package process

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"sync"
	"time"

	"github.com/signalbox-go/signalbox/framework/internal/osproc"
	"github.com/signalbox-go/signalbox/framework/pluginproc"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// Enforces implements [scheduler.Enforcer].
func (e *Executor) Enforces(l scheduler.Limits) error {
	if l.CPU == 0 && l.Memory == 0 {
		return nil
	}
	if err := osproc.Metered(); err != nil {
		return fmt.Errorf("processor time and memory of plugin %s: %w", e.cfg.name, err)
	}
	return nil
}

// EnforcesMemory implements [scheduler.Explained].
func (e *Executor) EnforcesMemory() string {
	e.mu.Lock()
	known := e.host.LimitsMemory
	e.mu.Unlock()
	err := pluginproc.Contained()
	if err == nil && !known {
		err = errors.New("workers have no control groups, since no task had a limit when they were started")
	}
	if err != nil {
		return fmt.Sprintf("sampling /proc every %v, with RLIMIT_DATA as a backstop: %v", watchEvery, err)
	}
	return fmt.Sprintf("a control group (cgroup v2) for each worker, sampled every %v and bounded by the kernel", watchEvery)
}

// overrun is a call that has reached a limit.
type overrun struct {
	limit         string
	allowed, seen int64
	began         time.Time
}

// failure is how the call ends, whatever its code came to. elapsed is how long
// that took, 0 for until now.
func (o *overrun) failure(err error, elapsed time.Duration) error {
	seen := o.seen
	if elapsed == 0 {
		elapsed = time.Since(o.began)
	}
	if o.limit == task.KindWallLimit {
		seen = max(seen, int64(elapsed))
	}
	return (&scheduler.LimitError{Limit: o.limit, Allowed: o.allowed, Seen: seen, Err: err}).Failure()
}

// overTime has a call that has reached a limit of time told to stop, and killed
// if it does not within its grace. e.mu is not held.
func (w *worker) overTime(t target, began time.Time, limit string, allowed, seen int64) {
	w.e.mu.Lock()
	defer w.e.mu.Unlock()
	if !w.stillRuns(t) || t.call.CancelRequested() {
		return
	}
	w.exceeds(t.seq, &overrun{limit, allowed, seen, began})
	w.cancels = append(w.cancels, t.seq) // recalls what is behind it, too
	w.startGrace(t.seq)
	w.poke()
}

// overMemory kills the worker of a call that has used more memory than it may.
// It is stopped first, so that it is known for certain that the call's code still
// runs, and that nothing innocent has begun. e.mu is not held.
func (w *worker) overMemory(t target, began time.Time, used int64) {
	frozen := t.proc.Freeze() == nil
	w.e.mu.Lock()
	defer w.e.mu.Unlock()
	runs := w.stillRuns(t)
	if w.proc == t.proc && w.window.at(t.seq) == t.call && w.over[t.seq] == nil && !t.call.CancelRequested() {
		w.exceeds(t.seq, &overrun{task.KindMemoryLimit, t.limits.Memory, used, began})
	}
	if !runs {
		if frozen {
			t.proc.Thaw()
		}
		return
	}
	w.killedBy, w.culprit = fmt.Errorf("it used %v of memory and may use %v", scheduler.Bytes(used), scheduler.Bytes(t.limits.Memory)), t.seq
	w.enforcers.Go(func() { // it takes a while, and there are others to look at
		(&osproc.Meter{}).KillStrays(t.proc.PID())
		t.proc.Kill()
	})
}

// stillRuns reports whether that call's code runs still. e.mu is held.
func (w *worker) stillRuns(t target) bool {
	seq, c := w.running()
	return w.proc == t.proc && seq == t.seq && c == t.call
}

func (w *worker) exceeds(seq uint64, o *overrun) {
	if w.over == nil {
		w.over = map[uint64]*overrun{}
	}
	w.over[seq] = o
}

// holdAgainst turns the outcome of a call that has reached a limit into that
// limit's error. e.mu is held.
func (w *worker) holdAgainst(o *scheduler.Outcome, seq uint64) {
	reached := w.over[seq]
	delete(w.over, seq)
	if wall := o.Call.Limits().Wall; reached == nil && wall > 0 && o.Elapsed >= wall && !o.Cancelled {
		reached = &overrun{limit: task.KindWallLimit, allowed: int64(wall)}
	}
	if reached != nil {
		o.Err, o.Cancelled, o.Payload = reached.failure(o.Err, o.Elapsed), false, nil
	}
}

// backstopRoom is what a call may reserve beyond twice its limit before it is
// denied more by the system, in case it is faster than its watcher. Go's runtime
// reserves 64 MiB at a time, and stacks of C's threads have 8.
const backstopRoom = 256 << 20

// setBackstop has the system deny a call more memory than it can have any right
// to, or kill it for that, if it is all that the worker holds. base is what the
// worker held before the call, and data what it may write to, for workers without
// a control group. e.mu is not held.
func (w *worker) setBackstop(t target, base, data int64) {
	w.e.mu.Lock()
	defer w.e.mu.Unlock()
	if !w.stillRuns(t) || w.window.len != 1 || w.stop.seq != 0 || t.limits.Memory > math.MaxInt64/4 {
		return
	}
	stop := backstop{seq: t.seq}
	var err error
	if _, stop.contained = t.proc.Held(); stop.contained {
		stop.room, err = t.proc.Bound(base + t.limits.Memory)
		stop.room -= base
	} else {
		stop.room = 2*t.limits.Memory + backstopRoom
		stop.before, err = t.proc.LimitData(uint64(data + stop.room))
	}
	if err != nil {
		w.host.Log.Debug("no backstop for a limit of memory", "plugin", w.cfg.name, "worker", w.number, "error", err)
		return
	}
	w.stop = stop
}

// backstop is a limit that the system has been given for one call.
type backstop struct {
	seq       uint64 // 0 for none
	contained bool   // it is that of a control group
	before    uint64 // otherwise the limit before
	room      int64  // what the call could come to
}

// liftBackstop is called before the worker is sent another call. e.mu is held.
func (w *worker) liftBackstop(proc *pluginproc.Process) {
	if w.stop.seq == 0 {
		return
	}
	// An error means that it has ended: nothing will begin there.
	if w.stop.contained {
		_ = proc.Unbound()
	} else {
		_, _ = proc.LimitData(w.stop.before)
	}
	w.stop = backstop{}
}

// deniedMemory matches what Go's runtime and C++'s say when the system denies
// them memory.
var deniedMemory = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)out of memory|cannot allocate memory|bad_alloc`)
})

// ranOut tells whether a process died because its call's backstop denied it
// memory, or for its bound. e.mu is held.
func (w *worker) ranOut(c *scheduler.Call, seq uint64, exit pluginproc.Exit) *overrun {
	if w.stop.seq != seq || w.killedBy != nil || !exit.Bounded && !deniedMemory().MatchString(exit.Reason) {
		return nil
	}
	return &overrun{limit: task.KindMemoryLimit, allowed: c.Limits().Memory, seen: w.stop.room}
}
