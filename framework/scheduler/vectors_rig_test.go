package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// rig is one scenario as it runs: it keeps the trace.
type rig struct {
	t       *testing.T
	s       *scheduler.Scheduler // nil for scenarios about a bare emitter
	em      *event.Emitter       // nil for scenarios about a scheduler
	labels  []string             // of tasks, in order
	tasks   map[string]scheduler.AnyTask
	exits   []exitRecord
	results map[string]any

	mu      sync.Mutex
	trace   []string
	futures map[uint64]int
}

func newRig(t *testing.T) *rig {
	return &rig{t: t, tasks: map[string]scheduler.AnyTask{}, results: map[string]any{}, futures: map[uint64]int{}}
}

// sequential and processes make the scenario's scheduler. Real processes have
// tests of their own.
func (r *rig) sequential() *rig             { return r.on(local.Sequential()) }
func (r *rig) processes(n int) *rig         { return r.on(local.Pool(n)) }
func (r *rig) threads(n int) *rig           { return r.on(local.Pool(n)) }
func (r *rig) encoding(c ...task.Code) *rig { return r.on(newServed(c...)) }

func (r *rig) on(e scheduler.Executor) *rig {
	r.s = scheduler.New(e, scheduler.Logger(slog.New(slog.DiscardHandler)))
	r.watch("S", r.s.Emitter())
	return r
}

// watch has every emission told before anybody else hears of it.
func (r *rig) watch(label string, em *event.Emitter) {
	for _, e := range em.Events() {
		_, err := em.OnName(e.Name, func(any) { r.log("emit " + label + " " + e.Name) }, event.Hidden())
		require.NoError(r.t, err)
	}
}

func newTask[In, Out any](r *rig, label string, fn func(context.Context, In) (Out, error), ext ...scheduler.Extension) *scheduler.Task[In, Out] {
	return addTask(r, label, task.New(label, fn), ext...)
}

func addTask[In, Out any](r *rig, label string, def *task.Def[In, Out], ext ...scheduler.Extension) *scheduler.Task[In, Out] {
	t := scheduler.NewTask(r.s, def, ext...)
	r.labels = append(r.labels, label)
	r.tasks[label] = t
	r.watch(label, t.Emitter())
	return t
}

func (r *rig) log(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.trace = append(r.trace, line)
}

func (r *rig) logf(format string, args ...any) { r.log(fmt.Sprintf(format, args...)) }

// call tells that a callback was entered.
func (r *rig) call(name string, args ...any) {
	shown := []string{}
	for _, a := range args {
		if s := r.show(a); s != "" {
			shown = append(shown, s)
		}
	}
	r.log("call " + name + "(" + strings.Join(shown, ", ") + ")")
}

// cb returns a callback that is told and then acts.
func (r *rig) cb(name string, act ...func()) func(any) {
	return func(v any) {
		r.call(name, argsOf(v)...)
		for _, do := range act {
			do()
		}
	}
}

// hear subscribes a callback by the event's name.
func (r *rig) hear(src event.Source, ev string, callback func(any), opts ...event.Option) *event.Handler {
	h, err := src.Emitter().OnName(ev, callback, opts...)
	require.NoError(r.t, err)
	return h
}

// logAll has all events of the scheduler and its tasks told by callbacks.
func (r *rig) logAll() {
	for _, e := range r.s.Emitter().Events() {
		r.hear(r.s, e.Name, r.cb(e.Name))
	}
	for _, label := range r.labels {
		for _, e := range r.tasks[label].Emitter().Events() {
			r.hear(r.tasks[label], e.Name, r.cb(label+"."+e.Name))
		}
	}
}

// start has act done in a callback st of on_start.
func (r *rig) start(act func()) { r.hear(r.s, "on_start", r.cb("st", act)) }

func (r *rig) run(opts ...scheduler.RunOption) {
	exit, err := r.s.Run(r.t.Context(), opts...)
	record := exitRecord{RunningAfter: r.s.Running()}
	if err != nil {
		record.Raised = errName(err)
		r.log("run returned raise " + record.Raised)
	} else {
		record.Code = strings.ToUpper(exit.Code.String())
		if exit.Err != nil {
			shown := errName(exit.Err)
			record.Exception = &shown
		}
		r.log("run returned " + record.Code)
	}
	r.exits = append(r.exits, record)
}

func (r *rig) outcome() outcome {
	o := outcome{Trace: r.trace, Exits: r.exits, Results: r.results}
	if r.em != nil {
		o.EmitterCounts = counts(r.em)
	}
	if r.s != nil {
		o.SchedulerCounts, o.SchedulerQueue = counts(r.s.Emitter()), r.s.Len()
	}
	for _, label := range r.labels {
		if o.TaskCounts == nil {
			o.TaskCounts, o.TaskQueue = map[string]map[string]uint64{}, map[string]int{}
		}
		o.TaskCounts[label] = counts(r.tasks[label].Emitter())
		o.TaskQueue[label] = len(r.tasks[label].Queue())
	}
	return o
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

// argsOf takes an event's value apart into what Python's callbacks get.
func argsOf(v any) []any {
	switch e := v.(type) {
	case nil:
		return nil
	case scheduler.FutureResult:
		return []any{e.Future, e.Value()}
	case scheduler.FutureCancelled:
		return []any{e.Future}
	case scheduler.TaskCancelled:
		return []any{e.Future}
	case scheduler.Stopped:
		if slices.Contains([]string{"m", "bye", "first"}, e.Message) {
			return []any{e.Message, e.Err}
		}
		if !defaultMessage.MatchString(e.Message) {
			panic("not a message of on_stop: " + e.Message) // falls under the policy, and into the trace
		}
		return []any{verbatim("<default>"), e.Err}
	}
	value := reflect.ValueOf(v)
	if value.Kind() != reflect.Struct || value.Type().PkgPath() == "" {
		return []any{v}
	}
	args := make([]any, value.NumField())
	for i := range args {
		args[i] = value.Field(i).Interface()
	}
	return args
}

// defaultMessage matches what on_stop tells where the scenario gave no message.
var defaultMessage = regexp.MustCompile(`^(stopped by Scheduler\.Stop` +
	`|exception in future \d+ of task \S+: .+` +
	`|future \d+ of task \S+ was cancelled` +
	`|(callback|predicate) \S+ on "\S+" panicked: .+` +
	`|function given to CallLater or OnDone panicked: .+)$`)

// verbatim is shown as it is: a keyword argument, say.
type verbatim string

// nothing is the input of work that takes none.
type nothing struct{}

func (r *rig) show(v any) string {
	switch v := v.(type) {
	case nothing:
		return ""
	case nil:
		return "None"
	case verbatim:
		return string(v)
	case fmt.Stringer:
		return v.String()
	case scheduler.AnyFuture:
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.futures[v.ID()] == 0 {
			r.futures[v.ID()] = len(r.futures) + 1
		}
		return "F" + strconv.Itoa(r.futures[v.ID()])
	case error:
		return errName(v)
	case string:
		return "'" + v + "'"
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case bool:
		return python(v)
	case []int:
		return strings.ReplaceAll(fmt.Sprint(v), " ", ", ")
	}
	return fmt.Sprint(v)
}

func python(b bool) string {
	if b {
		return "True"
	}
	return "False"
}

// The errors of the scenarios: every customError is a baseCustomError.
type (
	baseCustomError   struct{ msg string }
	customError       struct{ msg string }
	otherError        struct{ msg string }
	keyboardInterrupt struct{ msg string }
)

func (e baseCustomError) Error() string   { return e.msg }
func (e customError) Error() string       { return e.msg }
func (e customError) Unwrap() error       { return baseCustomError(e) }
func (e otherError) Error() string        { return e.msg }
func (e keyboardInterrupt) Error() string { return e.msg }

// errName tells an error as the vectors do, or in a few words of ours.
func errName(err error) string {
	var custom customError
	var panicked *event.PanicError
	var refused *scheduler.RefusedError
	switch {
	case errors.As(err, &custom):
		return "CustomError(" + custom.msg + ")"
	case errors.Is(err, keyboardInterrupt{"kbd"}):
		return "KeyboardInterrupt(kbd)"
	case errors.Is(err, scheduler.ErrCancelled):
		return "CancelledError"
	case errors.Is(err, scheduler.ErrRunning):
		return "already running"
	case errors.Is(err, scheduler.ErrNotRunning):
		return "not running"
	case errors.Is(err, event.ErrUnknownEvent):
		return "unknown event"
	case errors.As(err, &refused):
		return "refused(" + refused.Reason.Error() + ")"
	case errors.As(err, &panicked):
		return "panic(" + panicked.Error() + ")"
	case strings.HasPrefix(err.Error(), "scheduler: ExceptionPolicy"):
		return "ValueError(...)"
	}
	return err.Error()
}

// caught runs fn and returns what it panicked with, if it did.
func caught(fn func()) (v any) {
	defer func() { v = recover() }()
	fn()
	return nil
}

func raised(v any) string {
	if err, ok := v.(error); ok {
		name, _, _ := strings.Cut(errName(err), "(")
		return name
	}
	return fmt.Sprint(v)
}
