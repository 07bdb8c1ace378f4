package job

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/extension/comm"
	"github.com/signalbox-go/signalbox/framework/extension/limiter"
	"github.com/signalbox-go/signalbox/framework/extension/resources"
	"github.com/signalbox-go/signalbox/framework/extension/retry"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// eventNames are the events that there are, in the order in which they are
// shown.
type eventNames struct{ scheduler, task []string }

// knownEvents asks a scheduler and a task that are never run.
func knownEvents() eventNames {
	s := scheduler.New(local.Sequential())
	t := scheduler.NewTask(s, task.New("task", func(_ context.Context, in json.RawMessage) (json.RawMessage, error) { return in, nil }))
	t.Emitter().Add(scheduler.OnProgress) // which emitters know only if it is used
	names := func(em *event.Emitter) (out []string) {
		for _, e := range em.Events() {
			out = append(out, e.Name)
		}
		return out
	}
	return eventNames{names(s.Emitter()), names(t.Emitter())}
}

// find resolves the label of an on block to a task, empty for the scheduler,
// and the name of an event.
func (e eventNames) find(label string, blocks []*taskBlock) (taskName, name, problem string) {
	known := e.scheduler
	name = label
	var tasks []string
	for _, t := range blocks {
		tasks = append(tasks, t.name)
	}
	if dot := strings.LastIndexByte(label, '.'); dot >= 0 {
		taskName, name, known = label[:dot], label[dot+1:], e.task
		if !slices.Contains(tasks, taskName) {
			return "", "", "There is no task \"" + taskName + "\"" + meant(taskName, tasks)
		}
		known = blocks[slices.Index(tasks, taskName)].knownEvents(known)
	}
	for _, full := range []string{name, "on_" + name} {
		if slices.Contains(known, full) {
			return taskName, full, ""
		}
	}
	if x, ok := extensionEvents[name]; ok && taskName != "" {
		return "", "", "There is an event \"" + name + "\" only of tasks " + x.of + "."
	}
	return "", "", "There is no event \"" + name + "\"" + e.meant(name, known, tasks)
}

// meant suggests an event by its short name, as job files write it.
func (e eventNames) meant(name string, known, tasks []string) string {
	var short []string
	for _, k := range known {
		short = append(short, strings.TrimPrefix(k, "on_"))
	}
	if slices.Contains(tasks, name) {
		return "; a task's event is written \"" + name + ".result\"."
	}
	return meant(strings.TrimPrefix(name, "on_"), short)
}

// ofFuture is what the events of a future have to tell.
var ofFuture = []string{"name", "task", "future", "input"}

// fieldsOf returns what an event has to tell, by the names of expressions.
func fieldsOf(name string) []string {
	switch strings.Replace(name, "_future", "", 1) {
	case "on_stop":
		return []string{"name", "message", "error"}
	case "on_submitted":
		return ofFuture
	case "on_result":
		return append(slices.Clone(ofFuture), "attempt", "result")
	case "on_exception", "on_cancelled":
		return append(slices.Clone(ofFuture), "attempt", "error", "kind")
	case "on_done":
		return append(slices.Clone(ofFuture), "attempt", "result", "error", "kind")
	case scheduler.OnProgress.Name():
		return append(slices.Clone(ofFuture), "attempt", "done", "total", "text")
	}
	if x, ok := extensionEvents[name]; ok {
		return x.fields
	}
	return []string{"name"}
}

// eventObject is event as it can be checked before the run.
func eventObject(name string) *object {
	o := &object{names: fieldsOf(name), what: "event value", note: name + " tells " + strings.Join(fieldsOf(name), ", ") + "."}
	values := map[string]cty.Value{}
	for _, field := range o.names {
		switch field {
		case "input", "result", "data":
			values[field] = cty.DynamicVal
		case "future", "attempt", "delay", "done", "total":
			values[field] = cty.UnknownVal(cty.Number)
		case "ended":
			values[field] = cty.UnknownVal(cty.Bool)
		default:
			values[field] = cty.UnknownVal(cty.String)
		}
	}
	values["name"] = cty.StringVal(name)
	o.value = cty.ObjectVal(values)
	return o
}

// facts are what one emission has to tell.
type facts struct {
	name    string
	future  scheduler.AnyFuture
	err     error
	message string
	refused *limiter.Refused // nil but for what was refused
	retry   *retry.Scheduled // nil but for another attempt
	attempt int              // 0 for the future's last
	said    said
}

// said is what code has said.
type said struct {
	data     json.RawMessage
	ended    bool
	progress scheduler.Progress
}

func factsOf(name string, value any) facts {
	f := facts{name: name}
	switch v := value.(type) {
	case scheduler.Stopped:
		f.err, f.message = v.Err, v.Message
	case scheduler.FutureSubmitted:
		f.future = v.Future
	case scheduler.FutureDone:
		f.future, f.err = v.Future, v.Future.Err()
	case scheduler.FutureCancelled:
		f.future, f.err = v.Future, v.Err
	case scheduler.FutureException:
		f.future, f.err = v.Future, v.Err
	case scheduler.FutureResult:
		f.future = v.Future
	case scheduler.Submitted[json.RawMessage]:
		f.future = v.Future
	case scheduler.Done:
		f.future, f.err = v.Future, v.Future.Err()
	case scheduler.Result[json.RawMessage]:
		f.future = v.Future
	case scheduler.Exception:
		f.future, f.err = v.Future, v.Err
	case scheduler.TaskCancelled:
		f.future, f.err = v.Future, v.Err
	case limiter.Refused:
		f.err, f.refused = v.Err, &v
	case retry.Scheduled:
		f.future, f.err, f.retry, f.attempt = v.Future, v.Err, &v, v.Attempt
	case scheduler.Progress:
		f.future, f.attempt, f.said.progress = v.Future, v.Attempt, v
	case comm.Opened:
		f.future, f.attempt = v.Future, v.Attempt
	case comm.Message[json.RawMessage]:
		f.future, f.attempt, f.said.data = v.Future, v.Attempt, v.Data
	case request:
		f.future, f.attempt, f.said.data = v.Future, v.Attempt, v.Data
	case comm.Closed:
		f.future, f.attempt, f.said.ended, f.err = v.Future, v.Attempt, v.Ended, v.Err
	case resources.Reached:
		f.future, f.err, f.attempt = v.Future, v.Err, v.Attempt
	}
	return f
}

// object returns those fields that are used, or all that there are.
func (f facts) object(used map[string]bool) (cty.Value, error) {
	values := map[string]cty.Value{}
	for _, field := range fieldsOf(f.name) {
		if !used[field] && !used[everything] {
			continue
		}
		v, err := f.field(field)
		if err != nil {
			return cty.NilVal, err
		}
		values[field] = v
	}
	return cty.ObjectVal(values), nil
}

func (f facts) field(name string) (cty.Value, error) {
	switch name {
	case "name":
		return cty.StringVal(f.name), nil
	case "message":
		return cty.StringVal(f.message), nil
	case "task":
		if f.refused != nil {
			return cty.StringVal(f.refused.Task.Name()), nil
		}
		return cty.StringVal(f.future.Task()), nil
	case "other":
		return cty.StringVal(f.refused.Other.Name()), nil
	case "future":
		return cty.NumberUIntVal(f.future.ID()), nil
	case "attempt":
		if f.attempt == 0 {
			return cty.NumberIntVal(int64(f.future.Attempt())), nil
		}
		return cty.NumberIntVal(int64(f.attempt)), nil
	case "data":
		return decode(f.said.data)
	case "ended":
		return cty.BoolVal(f.said.ended), nil
	case "done":
		return cty.NumberFloatVal(f.said.progress.Done), nil
	case "total":
		return cty.NumberFloatVal(f.said.progress.Total), nil
	case "text":
		return cty.StringVal(f.said.progress.Text), nil
	case "delay":
		return cty.NumberFloatVal(f.retry.Delay.Seconds()), nil
	case "input":
		if f.refused != nil {
			in, _ := f.refused.Input.(json.RawMessage)
			return decode(in)
		}
		in, _ := f.future.Input().(json.RawMessage)
		return decode(in)
	case "result":
		out, _ := f.future.Value().(json.RawMessage)
		return decode(out)
	}
	if f.err == nil {
		return cty.NullVal(cty.String), nil
	}
	if name == "error" {
		return cty.StringVal(f.err.Error()), nil
	}
	return cty.StringVal(kindOf(f.err)), nil
}

func kindOf(err error) string {
	if errors.Is(err, scheduler.ErrCancelled) {
		return task.KindCancelled
	}
	return task.KindOf(err)
}
