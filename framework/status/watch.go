package status

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/view"
)

// shownTasks is how many tasks a look tells of.
const shownTasks = 100

// still is how long nothing must have been submitted for the number of what was
// to be taken for the total.
const still = 2 * time.Second

// foreseeable is how far ahead the end of a run is told.
const foreseeable = 1000 * time.Hour

// Watch looks at one scheduler. Its methods may be called from any goroutine,
// callbacks included.
type Watch struct {
	s *scheduler.Scheduler

	mu        sync.Mutex
	started   time.Time // of the run that was looked at last
	rate      rate
	submitted uint64
	since     time.Time // when submitted was first seen
	tasks     []watched
	counts    []scheduler.Counts
	usage     usage
}

// watched is what a watch knows of a task.
type watched struct {
	rate     rate
	ended    uint64 // when the quantiles were read
	read     time.Time
	p50, p99 time.Duration
}

// New returns a watch on a scheduler, which need not run.
func New(s *scheduler.Scheduler) *Watch { return &Watch{s: s} }

// Scheduler returns the scheduler.
func (w *Watch) Scheduler() *scheduler.Scheduler { return w.s }

// Look tells how the run fares that goes on, is about to start or was the last.
// With tree it tells of the events and callbacks, too, which takes longer the
// more there are of them.
func (w *Watch) Look(tree bool) view.Run {
	w.mu.Lock()
	defer w.mu.Unlock()
	now, stage := time.Now(), w.s.Stage()
	if !stage.Started.Equal(w.started) { // another run
		w.started, w.since, w.submitted = stage.Started, time.Time{}, 0
		w.rate = rate{}
		w.tasks = nil
	}
	out := view.Run{Name: w.s.Name(), PID: os.Getpid(), Taken: now, Phase: stage.Phase, Paused: w.s.Paused(),
		Started: stage.Started, Elapsed: stage.Elapsed(now), WorkersLost: w.s.Workers().Lost, Panels: []view.Panel{}}
	if stage.Phase == view.Ended {
		out.Exit = stage.Exit.String()
	}
	running := map[string]uint64{}
	out.Workers = w.workers(now, running)
	w.total(&out, running)
	w.look(&out, now, running)
	out.Failures = failures(w.s.Failures())
	out.EventPlugins = w.s.EventPlugins()
	out.Ref = w.s.Ref()[:shortRef]
	if tree {
		snapshot := w.s.Snapshot()
		out.Tree = &snapshot
	}
	return out
}

// workers tells what they do, and counts what runs by task.
func (w *Watch) workers(now time.Time, running map[string]uint64) []view.Worker {
	staff := w.s.Staff()
	out := make([]view.Worker, len(staff))
	for i, st := range staff {
		out[i] = view.Worker{Executor: st.Executor, Number: st.Worker, State: st.State, PID: st.PID, Held: st.Held, Restarts: st.Restarts}
		if st.Err != nil {
			out[i].Error = st.Err.Error()
		}
		if st.Call == nil {
			continue
		}
		f := st.Call.Future()
		out[i].Task, out[i].Future, out[i].Attempt, out[i].For = f.Task(), f.ID(), f.Attempt(), max(0, now.Sub(st.Since))
		if p, ok := f.Progress(); ok && p.Attempt == out[i].Attempt {
			out[i].Progress = &view.Progress{Done: p.Done, Total: p.Total, Text: p.Text}
		}
		running[f.Task()]++
	}
	w.usage.fill(out, now)
	return out
}

// total counts all tasks together, and judges how far that is from the end.
func (w *Watch) total(out *view.Run, running map[string]uint64) {
	busy := uint64(0)
	for _, n := range running {
		busy += n
	}
	out.Counts = counts(w.s.Counts(), busy)
	if w.submitted != out.Counts.Submitted || w.since.IsZero() {
		w.submitted, w.since = out.Counts.Submitted, out.Taken
	}
	out.Rate = w.rate.see(out.Taken, out.Counts.Ended(), w.started)
	switch out.Phase {
	case view.Running:
		if out.Taken.Sub(w.since) < still {
			return
		}
	case view.Draining, view.Ended:
	default:
		return
	}
	out.Total = out.Counts.Submitted
	if left := out.Total - out.Counts.Ended(); left > 0 && out.Rate > 0 && !out.Paused {
		if seconds := float64(left) / out.Rate; seconds < foreseeable.Seconds() {
			out.Left = time.Duration(seconds * float64(time.Second))
		}
	}
}

// counts are those of the scheduler or a task, of which that many run.
func counts(n scheduler.Counts, running uint64) view.Counts {
	c := view.Counts{Submitted: n.Submitted, Results: n.Results, Exceptions: n.Exceptions, Cancelled: n.Cancelled, Refused: n.Refused}
	c.Submitted = max(c.Submitted, c.Ended())
	c.Running = min(running, c.Submitted-c.Ended())
	c.Waiting = c.Submitted - c.Ended() - c.Running
	return c
}

// look tells of the tasks.
func (w *Watch) look(out *view.Run, now time.Time, running map[string]uint64) {
	w.counts = w.s.TaskCounts(w.counts[:0])
	all := w.s.Tasks()[:len(w.counts)] // there may be more by now
	w.tasks = slices.Grow(w.tasks, len(all)-len(w.tasks))[:len(all)]
	shown := w.shown()
	out.Tasks = make([]view.TaskRun, 0, len(shown))
	out.TasksLeftOut = len(all) - len(shown)
	for _, i := range shown {
		t, known := all[i], &w.tasks[i]
		n := counts(w.counts[i], running[t.Name()])
		w.quantiles(known, t, n.Ended(), now)
		out.Tasks = append(out.Tasks, view.TaskRun{Name: t.Name(), Counts: n, P50: known.p50, P99: known.p99,
			Rate: known.rate.see(now, n.Ended(), w.started)})
	}
}

// shown returns which tasks are told of, in order: of many those that have the
// most to do, and then those that have done the most.
func (w *Watch) shown() []int {
	order := make([]int, len(w.counts))
	for i := range order {
		order[i] = i
	}
	if len(order) <= shownTasks {
		return order
	}
	ended := func(i int) uint64 {
		n := w.counts[i]
		return n.Results + n.Exceptions + n.Cancelled
	}
	slices.SortStableFunc(order, func(a, b int) int {
		leftA, leftB := w.counts[a].Submitted-ended(a), w.counts[b].Submitted-ended(b)
		switch {
		case leftA != leftB:
			return int(min(leftB, 1<<30)) - int(min(leftA, 1<<30))
		default:
			return int(min(ended(b), 1<<30)) - int(min(ended(a), 1<<30))
		}
	})
	order = order[:shownTasks]
	slices.Sort(order)
	return order
}

// quantilesAge is how old quantiles may be.
const quantilesAge = time.Second

// quantiles reads those of a task again if that is due.
func (w *Watch) quantiles(known *watched, t scheduler.AnyTask, ended uint64, now time.Time) {
	if ended == known.ended || now.Sub(known.read) < quantilesAge && known.p50 > 0 {
		return
	}
	st := t.Stats()
	known.p50, known.p99, known.read, known.ended = st.P50, st.P99, now, ended
}

// shortRef is as much of a reference as people compare by eye.
const shortRef = 8

// longest is how much of an error's text is told.
const longest = 2000

func failures(all []scheduler.Failure) []view.Failure {
	out := make([]view.Failure, len(all))
	for i, f := range all {
		text := fmt.Sprint(f.Err) // which survives a panic of Error
		if len(text) > longest {
			text = strings.ToValidUTF8(text[:longest], "") + "…"
		}
		out[i] = view.Failure{Time: f.Time, Task: f.Task, Future: f.Future, Error: text}
	}
	return out
}
