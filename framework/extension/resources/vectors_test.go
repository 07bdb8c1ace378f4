//go:build linux

package resources_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/extension/resources"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// vector is what AMLTK 1.2.4 was recorded to do with its pynisher plugin.
type vector struct {
	Name    string
	Outcome outcome
}

type outcome struct {
	Trace           []string
	Exits           []struct{ Code string }
	SchedulerCounts map[string]uint64            `json:"scheduler_event_counts"`
	TaskCounts      map[string]map[string]uint64 `json:"task_event_counts"`
	TaskQueue       map[string]int               `json:"task_queue_len_after"`
}

// renamed are AMLTK's names for what has others here: the events, and the errors
// as they are shown in a trace. That is decided, and that each event has the
// error.
var renamed = strings.NewReplacer(
	"pynisher-timeout()", "time-limit-reached("+task.KindWallLimit+")",
	"pynisher-timeout", "time-limit-reached",
	"pynisher-walltime-limit", "wall-time-limit-reached",
	"pynisher-cputime-limit", "cpu-time-limit-reached",
	"WallTimeoutException(...)", task.KindWallLimit,
	`CpuTimeoutException(Did not finish in cpu time (1s)`+"\n"+`spin())`, task.KindCPULimit,
)

// ours turns a recorded outcome into what is expected here. Besides the names, one
// thing is decided otherwise: AMLTK emits its events from a callback of the task's
// on_exception; here they come before the future ends.
func ours(o outcome) outcome {
	var before, trace []string
	for _, line := range o.Trace {
		line = renamed.Replace(line)
		if strings.Contains(line, "-limit-reached") {
			before = append(before, line)
		} else {
			trace = append(trace, line)
		}
	}
	end := slices.Index(trace, "emit S on_future_done")
	o.Trace = slices.Insert(trace, end, before...)
	for label, counts := range o.TaskCounts {
		named := map[string]uint64{}
		for name, n := range counts {
			named[renamed.Replace(name)] = n
		}
		o.TaskCounts[label] = named
	}
	return o
}

func TestVectors(t *testing.T) {
	t.Parallel()
	second := time.Second
	for name, run := range map[string]func(*recorder){
		"pynisher_ok": func(r *recorder) {
			record(r, scheduler.NewTask(r.Scheduler, double, resources.New(resources.Wall(5*second))), 4)
		},
		"pynisher_walltime": func(r *recorder) {
			record(r, scheduler.NewTask(r.Scheduler, deaf, resources.New(resources.Wall(second))), 5*second)
		},
		"pynisher_walltime_long": func(r *recorder) {
			record(r, scheduler.NewTask(r.Scheduler, deaf, resources.New(resources.Wall(second))), 20*second)
		},
		"pynisher_cputime": func(r *recorder) {
			record(r, scheduler.NewTask(r.Scheduler, spin, resources.New(resources.CPU(second))), -1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(filepath.Join("testdata", name+".json"))
			require.NoError(t, err)
			var v vector
			require.NoError(t, json.Unmarshal(text, &v))
			r := &recorder{rig: newRig(t, 1)}
			run(r)
			require.Equal(t, ours(v.Outcome), r.outcome)
			require.Empty(t, processes(r.mark), "processes are left")
		})
	}
}

// recorder keeps the trace of a run.
type recorder struct {
	*rig
	outcome
}

func (r *recorder) log(line string) { r.Trace = append(r.Trace, line) }

// record runs one call of a task.
func record[In, Out any](r *recorder, limited *scheduler.Task[In, Out], in In) {
	watch := func(label string, em *event.Emitter) {
		for _, e := range em.Events() {
			_, err := em.OnName(e.Name, func(any) { r.log("emit " + label + " " + e.Name) }, event.Hidden())
			require.NoError(r.t, err)
		}
	}
	watch("S", r.Emitter())
	watch("T", limited.Emitter())
	r.OnStart.Do(func() { r.log("call st()"); submit(r.t, limited, in) })
	r.OnFutureException.Do(func(e scheduler.FutureException) { r.log("call S.on_future_exception(F1, " + task.KindOf(e.Err) + ")") })
	limited.OnSubmitted.Do(func(e scheduler.Submitted[In]) {
		r.log(strings.TrimSuffix("call T.on_submitted(F1, "+shown(e.Input), ", ") + ")")
	})
	limited.OnDone.Do(func(scheduler.Done) { r.log("call T.on_done(F1)") })
	limited.OnResult.Do(func(e scheduler.Result[Out]) { r.log("call T.on_result(F1, " + shown(e.Value) + ")") })
	limited.OnException.Do(func(e scheduler.Exception) { r.log("call T.on_exception(F1, " + task.KindOf(e.Err) + ")") })
	for _, e := range []event.Event[resources.Reached]{resources.TimeLimitReached, resources.WallTimeLimitReached, resources.CPUTimeLimitReached} {
		event.On(limited, e, func(v resources.Reached) { r.log("call " + e.Name() + "(" + task.KindOf(v.Err) + ")") })
	}
	exit, err := r.Run(r.t.Context(), scheduler.ExceptionPolicy(scheduler.Continue))
	require.NoError(r.t, err)
	r.Exits = append(r.Exits, struct{ Code string }{strings.ToUpper(exit.Code.String())})
	r.log("run returned " + r.Exits[0].Code)
	r.SchedulerCounts, r.TaskCounts = counts(r.Emitter()), map[string]map[string]uint64{"T": counts(limited.Emitter())}
	r.TaskQueue = map[string]int{"T": len(limited.Queue())}
}

// shown is a value as AMLTK's traces show it: durations are seconds, and spin has
// no input.
func shown(v any) string {
	d, isTime := v.(time.Duration)
	switch {
	case isTime && d > 0:
		return fmt.Sprint(d.Seconds())
	case isTime:
		return ""
	}
	return fmt.Sprint(v)
}

// counts are the counts of an emitter's events that are not 0.
func counts(em *event.Emitter) map[string]uint64 {
	out := map[string]uint64{}
	for _, e := range em.Events() {
		if e.Count > 0 {
			out[e.Name] = e.Count
		}
	}
	return out
}
