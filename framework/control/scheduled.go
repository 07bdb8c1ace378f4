package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/status"
	"github.com/signalbox-go/signalbox/framework/view"
)

// Of returns the run of a scheduler of this process. All who look at one run
// should share the watch.
func Of(w *status.Watch) Run { return scheduled{w} }

// scheduled is a run of this process.
type scheduled struct{ w *status.Watch }

// errOnRequest is why futures are cancelled, and runs stopped.
var errOnRequest = errors.New("on request of another process")

// longest is how much of an error's text is told.
const longest = 2000

// Look implements [Run].
func (r scheduled) Look(_ context.Context, tree bool) (view.Run, error) { return r.w.Look(tree), nil }

// Pause implements [Run].
func (r scheduled) Pause(_ context.Context, paused bool) error {
	if paused {
		r.w.Scheduler().Pause()
	} else {
		r.w.Scheduler().Resume()
	}
	return nil
}

// Cancel implements [Run].
func (r scheduled) Cancel(_ context.Context, task string, future uint64) (int, error) {
	s := r.w.Scheduler()
	if future == 0 {
		t := s.Task(task)
		if t == nil {
			return 0, fmt.Errorf("there is no task %q", task)
		}
		return t.Cancel(errOnRequest), nil
	}
	st, _, ok := s.Standing(future)
	if !ok || !st.Future.Cancel(errOnRequest) {
		return 0, nil // it has ended
	}
	return 1, nil
}

// Stop implements [Run].
func (r scheduled) Stop(context.Context) error {
	r.w.Scheduler().StopWith("stopped "+errOnRequest.Error(), nil)
	r.w.Scheduler().CancelWaiting(errOnRequest)
	return nil
}

// Kill implements [Run].
func (r scheduled) Kill(context.Context) error {
	r.w.Scheduler().Kill("killed "+errOnRequest.Error(), errOnRequest)
	return nil
}

// Plugins implements [Run].
func (r scheduled) Plugins(context.Context) (Plugins, error) {
	s, now := r.w.Scheduler(), r.w.Look(false)
	out := Plugins{Task: []TaskPlugin{}, Event: []EventPlugin{}}
	for _, e := range s.Executors() {
		if e.Path == "" {
			continue // it runs tasks in the host
		}
		p := TaskPlugin{Name: e.Name, Binary: Binary{Path: e.Path}, Workers: []view.Worker{}}
		for _, w := range now.Workers {
			if w.Executor == e.Name {
				p.Workers = append(p.Workers, w)
			}
		}
		out.Task = append(out.Task, p)
	}
	for _, e := range now.EventPlugins {
		out.Event = append(out.Event, EventPlugin{EventPlugin: e, Binary: Binary{Path: e.Path}})
	}
	return out, nil
}

// Futures implements [Run].
func (r scheduled) Futures(_ context.Context, which Which) ([]Future, error) {
	limit := which.Limit
	switch {
	case limit == 0:
		limit = DefaultLimit
	case limit < 0, limit > MaxLimit:
		return nil, fmt.Errorf("limit %d: it must be from 1 to %d", limit, MaxLimit)
	}
	s := r.w.Scheduler()
	if which.Task != "" && s.Task(which.Task) == nil {
		return nil, fmt.Errorf("there is no task %q", which.Task)
	}
	out := []Future{}
	switch which.State {
	case Running, "":
		for _, f := range r.running() {
			if len(out) < limit && (which.Task == "" || f.Task == which.Task) {
				out = append(out, f)
			}
		}
		if which.State == Running {
			return out, nil
		}
		return append(out, r.waiting(which.Task, limit-len(out))...), nil
	case Waiting:
		return r.waiting(which.Task, limit), nil
	case Result:
		return r.ended(which.Task, scheduler.Succeeded, limit), nil
	case Exception:
		return r.ended(which.Task, scheduler.Failed, limit), nil
	case Cancelled:
		return r.ended(which.Task, scheduler.Cancelled, limit), nil
	}
	return nil, fmt.Errorf("state %q: it must be one of %s", which.State, strings.Trim(fmt.Sprint(States()), "[]"))
}

func (r scheduled) running() []Future {
	var out []Future
	now := time.Now()
	for _, st := range r.w.Scheduler().Staff() {
		if st.Call == nil {
			continue
		}
		f := ofStanding(st.Call.Standing())
		f.State, f.Executor, f.Worker, f.PID, f.Took = Running, st.Executor, st.Worker, st.PID, max(0, now.Sub(st.Since))
		out = append(out, f)
	}
	return out
}

func (r scheduled) waiting(task string, limit int) []Future {
	out := []Future{}
	if limit <= 0 {
		return out
	}
	for _, st := range r.w.Scheduler().Waiting(task, limit) {
		out = append(out, ofStanding(st))
	}
	return out
}

func (r scheduled) ended(task string, state scheduler.State, limit int) []Future {
	out := []Future{}
	for _, e := range r.w.Scheduler().Endings(task, state, limit) {
		out = append(out, ofEnding(e))
	}
	return out
}

// longestInput is how much of an input's text is told.
const longestInput = 200

// inputText describes an input. JSON is what those of job files are, and nobody
// changes it.
func inputText(in any) string {
	raw, ok := in.(json.RawMessage)
	if !ok {
		return view.Value(in)
	}
	if len(raw) > longestInput {
		return strings.ToValidUTF8(string(raw[:longestInput]), "") + "…"
	}
	return string(raw)
}

func ofFuture(f scheduler.AnyFuture, state State) Future {
	out := Future{ID: f.ID(), Task: f.Task(), State: state, Input: inputText(f.Input()), Attempt: f.Attempt(), Worker: -1}
	if p, ok := f.Progress(); ok && p.Attempt == out.Attempt {
		out.Progress = &view.Progress{Done: p.Done, Total: p.Total, Text: p.Text}
	}
	return out
}

func ofStanding(st scheduler.Standing) Future {
	f := ofFuture(st.Future, Waiting)
	f.Priority, f.Submitted, f.Deadline, f.Executor = st.Priority, st.Submitted, st.Deadline, st.Executor
	f.Held, f.Cancelling = st.Held, st.Cancelling
	return f
}

func ofEnding(e scheduler.Ending) Future {
	f := Future{ID: e.Future, Task: e.Task, State: Result, Attempt: e.Attempts, Submitted: e.Submitted, Ended: e.Ended, Took: e.Elapsed, Worker: e.Worker}
	switch e.State {
	case scheduler.Failed:
		f.State = Exception
	case scheduler.Cancelled:
		f.State = Cancelled
	}
	if e.Err != nil {
		if f.Error = fmt.Sprint(e.Err); len(f.Error) > longest { // Sprint survives a panic of Error
			f.Error = strings.ToValidUTF8(f.Error[:longest], "") + "…"
		}
	}
	return f
}
