package comm_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/extension/comm"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/sdk"
)

// The work of the recorded scenarios.

var (
	cwSend = sdk.TaskFunc("cw_send", func(ctx context.Context, n int) (string, error) {
		if err := sdk.Open(ctx); err != nil {
			return "", err
		}
		for i := range n {
			if err := sdk.Send(ctx, i); err != nil {
				return "", err
			}
		}
		return "done", sdk.Close(ctx)
	})
	cwAck = sdk.TaskFunc("cw_ack", func(ctx context.Context, _ struct{}) (string, error) {
		return "done", errors.Join(sdk.Open(ctx), sdk.Send(ctx, "a"), sdk.CloseAndWait(ctx, 0))
	})
	cwBare = sdk.TaskFunc("cw_bare", func(ctx context.Context, _ struct{}) (string, error) {
		return "done", errors.Join(sdk.Send(ctx, "x"), sdk.Close(ctx))
	})
	cwUnused = sdk.TaskFunc("cw_unused", func(context.Context, struct{}) (string, error) { return "done", nil })
	cwRaise  = sdk.TaskFunc("cw_raise", func(ctx context.Context, _ struct{}) (string, error) {
		if err := errors.Join(sdk.Open(ctx), sdk.Send(ctx, 1)); err != nil {
			return "", err
		}
		return "", customError{"in worker"}
	})
	cwRequest = sdk.TaskFunc("cw_request", func(ctx context.Context, n int) (got []string, err error) {
		if err := sdk.Open(ctx); err != nil {
			return nil, err
		}
		for i := range n {
			r, err := sdk.Request[string](ctx, i, 0)
			if err != nil {
				return nil, err
			}
			if err := sdk.Send(ctx, "got "+r); err != nil {
				return nil, err
			}
			got = append(got, r)
		}
		return got, sdk.Close(ctx)
	})
	cwTimeout = sdk.TaskFunc("cw_timeout", func(ctx context.Context, _ struct{}) (string, error) {
		if err := sdk.Open(ctx); err != nil {
			return "", err
		}
		_, err := sdk.Request[string](ctx, "q", 200*time.Millisecond)
		if !errors.Is(err, sdk.ErrNoAnswer) {
			return "", err
		}
		return "TimeoutError", sdk.Close(ctx)
	})
	cwRefused = sdk.TaskFunc("cw_refused", func(ctx context.Context, _ struct{}) (string, error) {
		if err := sdk.Open(ctx); err != nil {
			return "", err
		}
		_, err := sdk.Request[string](ctx, "q", 0)
		if !errors.Is(err, sdk.ErrCloseRequested) {
			return "", err
		}
		return "CloseRequestError", nil
	})
)

func scenarioParts() []sdk.Part {
	return []sdk.Part{cwSend, cwAck, cwBare, cwUnused, cwRaise, cwRequest, cwTimeout, cwRefused}
}

type customError struct{ msg string }

func (e customError) Error() string { return e.msg }

// vector is a recorded scenario.
type vector struct {
	Name    string    `json:"name"`
	Outcome outcome   `json:"outcome"`
	Others  []outcome `json:"other_outcomes"`
}

type outcome struct {
	Trace []string `json:"trace"`
	Exits []struct {
		Code    string `json:"code"`
		Raised  string `json:"raised"`
		Running bool   `json:"running_after"`
	} `json:"exits"`
	TaskCounts     map[string]map[string]uint64 `json:"task_event_counts"`
	SchedulerQueue int                          `json:"scheduler_queue_len_after"`
	TaskQueue      map[string]int               `json:"task_queue_len_after"`
}

// rig is one scenario as it runs.
type rig struct {
	t     *testing.T
	s     *scheduler.Scheduler
	trace []string
	got   outcome
}

func (r *rig) log(format string, args ...any) {
	r.trace = append(r.trace, fmt.Sprintf(format, args...))
}

func (r *rig) watch(label string, em *event.Emitter) {
	for _, e := range em.Events() {
		_, err := em.OnName(e.Name, func(any) { r.log("emit %s %s", label, e.Name) }, event.Hidden())
		require.NoError(r.t, err)
	}
}

func show(v any) string {
	switch v := v.(type) {
	case struct{}:
		return ""
	case string:
		return "'" + v + "'"
	case []string:
		return "['" + strings.Join(v, "', '") + "']"
	case error:
		return fmt.Sprintf("CustomError(%s)", v)
	case json.RawMessage:
		return strings.ReplaceAll(string(v), `"`, "'")
	}
	return fmt.Sprint(v)
}

// run runs a scenario: one call of a task that talks.
func run[In, Out any](r *rig, def *task.Def[In, Out], in In, ask func(comm.Request[json.RawMessage, string]), opts ...scheduler.RunOption) {
	talk := comm.New[json.RawMessage, string]()
	r.watch("S", r.s.Emitter())
	tsk := scheduler.NewTask(r.s, def.As("T"), talk)
	r.watch("T", tsk.Emitter())
	r.s.OnStart.Do(func() {
		r.log("call st()")
		_, err := tsk.Submit(in)
		require.NoError(r.t, err)
	})
	r.s.OnEmpty.Do(func() { r.log("call empty()") })
	r.s.OnFinished.Do(func() { r.log("call finished()") })
	tsk.OnSubmitted.Do(func(e scheduler.Submitted[In]) {
		shown := "F1"
		if s := show(e.Input); s != "" {
			shown += ", " + s
		}
		r.log("call T.submitted(%s)", shown)
	})
	event.On(tsk, talk.Open, func(comm.Opened) { r.log("call comm-open(Msg(kind=open,data=None))") })
	event.On(tsk, talk.Message, func(m comm.Message[json.RawMessage]) {
		r.log("call comm-message(Msg(kind=message,data=%s))", show(m.Data))
	})
	event.On(tsk, talk.Request, func(q comm.Request[json.RawMessage, string]) {
		r.log("call comm-request(Msg(kind=request,data=%s))", show(q.Data))
		ask(q)
	})
	event.On(tsk, talk.Close, func(c comm.Closed) {
		kind := "close"
		if c.Awaited {
			kind = "close-with-ack"
		}
		r.log("call comm-close(Msg(kind=%s,data=None))", kind)
	})
	tsk.OnResult.Do(func(e scheduler.Result[Out]) { r.log("call T.result(F1, %s)", show(e.Value)) })
	tsk.OnException.Do(func(e scheduler.Exception) { r.log("call T.exception(F1, %s)", show(e.Err)) })

	exit, err := r.s.Run(r.t.Context(), opts...)
	r.got.Exits = append(r.got.Exits, struct {
		Code    string `json:"code"`
		Raised  string `json:"raised"`
		Running bool   `json:"running_after"`
	}{Running: r.s.Running()})
	var custom customError
	if errors.As(err, &custom) {
		r.got.Exits[0].Raised = show(custom)
		r.log("run returned raise %s", show(custom))
	} else {
		require.NoError(r.t, err)
		r.got.Exits[0].Code = strings.ToUpper(exit.Code.String())
		r.log("run returned %s", r.got.Exits[0].Code)
	}
	counts := map[string]uint64{}
	for _, e := range tsk.Emitter().Events() {
		if e.Count > 0 {
			counts[e.Name] = e.Count
		}
	}
	r.got.TaskCounts = map[string]map[string]uint64{"T": counts}
	r.got.SchedulerQueue, r.got.TaskQueue = r.s.Len(), map[string]int{"T": len(tsk.Queue())}
	r.got.Trace = r.trace
}

func unasked(comm.Request[json.RawMessage, string]) {}

func scenarios() map[string]func(*rig) {
	return map[string]func(*rig){
		"comm_send":                 func(r *rig) { run(r, cwSend, 3, unasked) },
		"comm_close_with_ack":       func(r *rig) { run(r, cwAck, struct{}{}, unasked) },
		"comm_message_without_open": func(r *rig) { run(r, cwBare, struct{}{}, unasked) },
		"comm_unused":               func(r *rig) { run(r, cwUnused, struct{}{}, unasked) },
		"comm_worker_raises": func(r *rig) {
			run(r, cwRaise, struct{}{}, unasked, scheduler.ExceptionPolicy(scheduler.Continue))
		},
		"comm_request": func(r *rig) {
			run(r, cwRequest, 3, func(q comm.Request[json.RawMessage, string]) {
				var i int
				require.NoError(r.t, json.Unmarshal(q.Data, &i))
				require.NoError(r.t, q.Respond([]string{"A", "B", "C"}[i]))
			})
		},
		"comm_request_unanswered_timeout": func(r *rig) { run(r, cwTimeout, struct{}{}, unasked) },
		"comm_callback_exception": func(r *rig) {
			run(r, cwRefused, struct{}{}, func(comm.Request[json.RawMessage, string]) { panic(customError{"cb"}) })
		},
	}
}

// difference is a scenario that comes out differently, by the rule that allows
// it.
type difference struct {
	rule  string
	trace []string
	extra map[string]uint64 // counts of the task
}

const closeRule = "they come before that task's `on_done`; close comes also when the task fails."

var differences = map[string]difference{
	"comm_worker_raises": {closeRule, []string{
		"emit S on_start", "call st()", "emit S on_future_submitted", "emit T on_submitted", "call T.submitted(F1)",
		"emit T comm-open", "call comm-open(Msg(kind=open,data=None))", "emit T comm-message", "call comm-message(Msg(kind=message,data=1))",
		"emit T comm-close", "call comm-close(Msg(kind=close,data=None))",
		"emit S on_future_done", "emit S on_future_exception", "emit T on_done", "emit T on_exception", "call T.exception(F1, CustomError(in worker))",
		"emit S on_empty", "call empty()", "emit S on_finishing", "emit S on_finished", "call finished()", "run returned EXHAUSTED",
	}, map[string]uint64{"comm-close": 1}},
	"comm_callback_exception": {closeRule + " `on_finished` is the last event of a run (AMLTK emits late completions after it).", []string{
		"emit S on_start", "call st()", "emit S on_future_submitted", "emit T on_submitted", "call T.submitted(F1)",
		"emit T comm-open", "call comm-open(Msg(kind=open,data=None))", "emit T comm-request", "call comm-request(Msg(kind=request,data='q'))",
		"emit S on_stop", "emit S on_finishing", "emit T comm-close", "call comm-close(Msg(kind=close,data=None))",
		"emit S on_future_done", "emit S on_future_result", "emit T on_done", "emit T on_result", "call T.result(F1, 'CloseRequestError')",
		"emit S on_finished", "call finished()", "run returned raise CustomError(cb)",
	}, map[string]uint64{"comm-close": 1}},
}

var commArgument = regexp.MustCompile(`, (comm=)?Comm`) // AMLTK passes it as an argument

// TestVectors runs AMLTK's recorded scenarios, in this process and in workers.
func TestVectors(t *testing.T) {
	files, err := filepath.Glob("../../scheduler/testdata/vectors/comm_*.json")
	require.NoError(t, err)
	require.Len(t, files, len(scenarios()))
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		var v vector
		require.NoError(t, json.Unmarshal(data, &v))
		for name, executor := range map[string]func() scheduler.Executor{
			"local":   func() scheduler.Executor { return local.Pool(1) },
			"process": func() scheduler.Executor { return process.Self(1) },
		} {
			t.Run(v.Name+"/"+name, func(t *testing.T) {
				r := &rig{t: t, s: scheduler.New(executor(), scheduler.Logger(slog.New(slog.DiscardHandler)))}
				scenarios()[v.Name](r)
				check(t, v, r.got)
			})
		}
	}
}

func check(t *testing.T, v vector, got outcome) {
	t.Helper()
	var traces [][]string
	for _, o := range append([]outcome{v.Outcome}, v.Others...) {
		var trace []string
		for _, line := range o.Trace {
			trace = append(trace, commArgument.ReplaceAllString(line, ""))
		}
		traces = append(traces, trace)
	}
	want := v.Outcome
	if d, ok := differences[v.Name]; ok {
		require.NotContains(t, traces, got.Trace, "it does not differ any more")
		// Whether the stop is told before or after the call's end is a race, as recorded.
		require.Equal(t, ofTask(d.trace), ofTask(got.Trace))
		require.Equal(t, d.trace[len(d.trace)-3:], got.Trace[len(got.Trace)-3:])
		for name, n := range d.extra {
			want.TaskCounts["T"][name] = n
		}
	} else {
		require.Contains(t, traces, got.Trace)
	}
	require.Equal(t, want.Exits, got.Exits)
	require.Equal(t, want.TaskCounts, got.TaskCounts)
	require.Equal(t, want.SchedulerQueue, got.SchedulerQueue)
	require.Equal(t, want.TaskQueue, got.TaskQueue)
}

// ofTask returns what a trace tells of the task.
func ofTask(trace []string) (out []string) {
	for _, line := range trace {
		if strings.HasPrefix(line, "emit T ") || strings.HasPrefix(line, "call T.") || strings.HasPrefix(line, "call comm-") {
			out = append(out, line)
		}
	}
	return out
}
