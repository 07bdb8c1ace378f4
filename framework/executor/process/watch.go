package process

import (
	"maps"
	"slices"
	"time"

	"github.com/signalbox-go/signalbox/framework/internal/osproc"
	"github.com/signalbox-go/signalbox/framework/pluginproc"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

const (
	// watchEvery is how often calls with a limit of memory are looked at, and
	// closely one that will soon have reached it.
	watchEvery   = 10 * time.Millisecond
	watchClosely = 2 * time.Millisecond
	// timeShare is which part of a limit of time it may be reached late by.
	timeShare = 50
	// watchTimes is how often at least calls are looked at that only have limits of
	// time.
	watchTimes = 100 * time.Millisecond
	// readShare bounds what reading of one worker's group takes of a processor: a
	// 100th.
	readShare = 100
	// exactShare does so for telling shared pages apart: a 20th.
	exactShare = 20
	// oldReading is how old what is known of a worker's group may be when a call
	// begins.
	oldReading = 500 * time.Millisecond
)

// watcher enforces the limits of calls from outside of their processes: it looks
// at the ledgers of workers and at what their process groups use. There is one
// for each executor, while calls with limits are with workers.
type watcher struct {
	e     *Executor
	meter osproc.Meter
	known map[*worker]*sight
}

// sight is what a watcher knows of one worker.
type sight struct {
	proc *pluginproc.Process
	seq  uint64 // of the call that it ran

	began    time.Time
	memBase  int64     // held before the call
	memory   int64     // held
	glanced  time.Time // when it was
	cpuBase  time.Duration
	used     int64         // memory of the call, when it was looked at before
	beside   int64         // memory of the group that a glance does not see
	besides  time.Duration // processor time that a glance does not see
	read     time.Time     // when the group was read
	took     time.Duration // how long that took
	exactly  time.Time     // when shared pages may be told apart again
	usage    osproc.Usage  // of the group, when it was read
	backstop bool          // it was tried to set one for the call

	contained bool // the worker has a control group, by which its memory is known
}

// target is a call with limits that runs.
type target struct {
	w      *worker
	proc   *pluginproc.Process
	seq    uint64
	call   *scheduler.Call
	limits scheduler.Limits
	began  time.Time
	base   int64 // what the worker held just before, -1 where that is not known
	over   bool  // it has reached a limit of time, and has its grace
}

// watchLimits sees to it that somebody watches. e.mu is held.
func (e *Executor) watchLimits() {
	if e.watching || !e.open {
		return
	}
	e.watching = true
	w := &watcher{e: e, known: map[*worker]*sight{}}
	e.wg.Go(w.run)
}

func (w *watcher) run() {
	t := time.NewTimer(0)
	defer t.Stop()
	for {
		select {
		case <-t.C:
		case <-w.e.life.Done():
			return // what runs is killed, if anything
		}
		targets, more := w.targets()
		if !more {
			return
		}
		next := watchTimes
		if len(targets) == 0 {
			next = watchEvery // something is about to begin
		}
		for _, c := range targets {
			next = min(next, w.look(c))
		}
		t.Reset(max(next, time.Millisecond))
	}
}

// targets returns the calls to look at. It reports false when there is nothing
// more to watch.
func (w *watcher) targets() (out []target, more bool) {
	w.e.mu.Lock()
	defer w.e.mu.Unlock()
	limited := false
	now := time.Now()
	all := w.e.everyWorker()
	maps.DeleteFunc(w.known, func(one *worker, _ *sight) bool { return !slices.Contains(all, one) })
	for _, one := range all {
		if s := w.known[one]; s != nil && s.proc == one.proc && s.glanced.After(one.gauged) {
			one.gauged, one.held, one.beside = s.glanced, s.memory, s.beside // which saves its sender looking
		}
		seq, c := one.running()
		if c == nil || c.Limits() == (scheduler.Limits{}) {
			limited = limited || one.holdsLimited()
			continue
		}
		t := target{w: one, proc: one.proc, seq: seq, call: c, limits: c.Limits(), began: now, base: -1, over: one.over[seq] != nil}
		if seq == one.window.base {
			t.began = one.progress // when it was sent, or the one before it ended
		}
		if one.base.seq == seq {
			t.base = one.base.bytes
		}
		out = append(out, t)
	}
	w.e.watching = limited || len(out) > 0
	return out, w.e.watching
}

// running returns the call whose code runs, nil for none. e.mu is held.
func (w *worker) running() (uint64, *scheduler.Call) {
	if w.dead || w.killedBy != nil || w.proc == nil {
		return 0, nil
	}
	started, finished, ok := w.sent, uint64(0), true
	if w.ledger != nil {
		if started, finished, ok = w.ledger.read(); !ok || finished >= started {
			return 0, nil
		}
	}
	return started, w.window.at(started)
}

// holdsLimited reports whether one of the worker's calls has limits. e.mu is held.
func (w *worker) holdsLimited() (limited bool) {
	w.window.each(func(_ uint64, c *scheduler.Call) { limited = limited || c.Limits() != (scheduler.Limits{}) })
	return limited && !w.dead
}

// look looks at one call, and returns when to look again.
func (w *watcher) look(t target) time.Duration {
	s := w.known[t.w]
	if s == nil || s.proc != t.proc {
		s = &sight{proc: t.proc}
		w.known[t.w] = s
	}
	first := s.seq != t.seq
	if first {
		s.seq, s.began, s.used, s.backstop = t.seq, t.began, 0, false
	}
	next := watchTimes
	if d := t.limits.Wall; d > 0 {
		took := time.Since(s.began)
		if took >= d && !t.over {
			t.w.overTime(t, s.began, task.KindWallLimit, int64(d), int64(took))
			t.over = true
		}
		next = min(next, max(d/timeShare, watchEvery))
		if took < d {
			next = min(next, d-took)
		}
	}
	if t.limits.CPU == 0 && t.limits.Memory == 0 {
		return next
	}
	glance, err := w.measure(t, s, first)
	if err != nil {
		return next // its end is being told
	}
	if first {
		if s.contained && t.limits.Memory > 0 {
			w.backstop(t, s)
		}
		return min(next, watchEvery)
	}
	if d := t.limits.CPU; d > 0 {
		if used := glance.CPU + s.besides - s.cpuBase; used >= d && !t.over {
			t.w.overTime(t, s.began, task.KindCPULimit, int64(d), int64(used))
			t.over = true
		}
		next = min(next, max(d/timeShare, watchEvery))
	}
	if t.limits.Memory > 0 {
		next = min(next, w.lookAtMemory(t, s))
	}
	return next
}

// measure takes note of what the worker's group uses, and at the first sight of
// a call, of what it used before.
func (w *watcher) measure(t target, s *sight, first bool) (osproc.Usage, error) {
	glance, err := w.meter.Glance(t.proc.PID())
	if err != nil {
		return glance, err
	}
	before := s.memory
	since := time.Since(s.read)
	if first && since >= oldReading || !first && since >= max(watchEvery, readShare*s.took) {
		if glance, err = w.read(t, s, glance); err != nil {
			return glance, err
		}
	}
	s.memory, s.glanced = glance.Memory+s.beside, time.Now()
	if held, ok := t.proc.Held(); ok {
		s.memory, s.beside, s.contained = held, 0, true
	}
	if !first {
		return glance, nil
	}
	s.cpuBase = glance.CPU + s.besides
	// The call has begun since the worker was looked at before. What it has used
	// meanwhile cannot be told from what the calls before it have: unless it was
	// sent to a worker that did nothing, it has the benefit of the doubt.
	if t.base >= 0 {
		s.memBase = t.base + s.beside
	} else {
		s.memBase = max(before, s.memory)
	}
	return glance, nil
}

// read reads the whole group.
func (w *watcher) read(t target, s *sight, glance osproc.Usage) (osproc.Usage, error) {
	began := time.Now()
	u, err := w.meter.Read(t.proc.PID())
	if err != nil {
		return glance, err
	}
	if again, err := w.meter.Glance(t.proc.PID()); err == nil {
		glance = again // of the same moment
	}
	s.usage, s.read = u, time.Now()
	s.took = s.read.Sub(began)
	s.beside, s.besides = max(0, u.Memory-glance.Memory), max(s.besides, u.CPU-glance.CPU, 0)
	return glance, nil
}

// backstop has the system bound what the call can come to.
func (w *watcher) backstop(t target, s *sight) {
	s.backstop = true
	t.w.setBackstop(t, s.memBase, s.usage.Data)
}

// lookAtMemory kills the worker of a call that uses more memory than it may.
func (w *watcher) lookAtMemory(t target, s *sight) time.Duration {
	limit := t.limits.Memory
	if !s.backstop && s.read.After(s.began) {
		w.backstop(t, s)
	}
	used := s.memory - s.memBase
	growth := used - s.used
	s.used = used
	if used <= limit {
		if used+2*growth > limit {
			return watchClosely
		}
		return watchEvery
	}
	if s.usage.Processes > 1 && !s.contained {
		now := time.Now()
		if now.Before(s.exactly) {
			return watchEvery
		}
		used = w.meter.Exact(t.proc.PID()) - s.memBase
		s.exactly = time.Now().Add(exactShare * time.Since(now))
		if used <= limit {
			return watchEvery
		}
	}
	t.w.overMemory(t, s.began, used)
	return watchEvery
}
