package sdktest_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/sdk"
)

// witnessConfig says where a witness writes.
type witnessConfig struct {
	File string `hcl:"file"`
}

// write appends a line to the file.
func (c witnessConfig) write(format string, args ...any) {
	f, err := os.OpenFile(c.File, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = fmt.Fprintf(f, format+"\n", args...)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		panic(err)
	}
}

// witness writes down all that it hears.
var witness = sdk.EventPlugin("witness", func(s *sdk.Scheduler, c witnessConfig) error {
	s.OnRecord.Do(func(r sdk.Record) {
		c.write("record %d %s %d %s %d %q %s %v %s %s %v", r.Seq, r.Kind, r.Future.ID, r.Future.Task, r.Future.Attempt, r.Payload.Data, r.Name, r.Err, r.Task, r.Message, r.Events)
	})
	for _, sig := range []event.SignalSubscriber{s.OnStart, s.OnFinishing, s.OnFinished, s.OnTimeout, s.OnEmpty} {
		sig.Do(func() { c.write("%s", sig.Event()) })
	}
	s.OnStop.Do(func(e sdk.Stopped) { c.write("on_stop %d %s %v", e.Seq, e.Message, e.Err) })
	s.OnFutureSubmitted.Do(func(e sdk.FutureSubmitted) { c.write("on_future_submitted %d %q", e.Future.ID, e.Input.Data) })
	s.OnFutureDone.Do(func(e sdk.FutureDone) { c.write("on_future_done %d", e.Future.ID) })
	s.OnFutureResult.Do(func(e sdk.FutureResult) { c.write("on_future_result %d %q", e.Future.ID, e.Value.Data) }, event.Every(2))
	s.OnFutureException.Do(func(e sdk.FutureException) {
		c.write("on_future_exception %d %v %s", e.Future.ID, e.Err, sdk.KindOf(e.Err))
	})
	s.OnFutureCancelled.Do(func(e sdk.FutureCancelled) { c.write("on_future_cancelled %d %v", e.Future.ID, e.Err) })
	for name, t := range map[string]*sdk.Task{"double": s.Task("double"), "*": s.EveryTask()} {
		t.OnResult.Do(func(e sdk.Result) { c.write("%s.on_result %d %q", name, e.Future.ID, e.Value.Data) }, event.Repeat(2), event.Limit(3))
		t.OnException.Do(func(e sdk.Exception) { c.write("%s.on_exception %d %v", name, e.Future.ID, e.Err) })
		t.OnCancelled.Do(func(e sdk.TaskCancelled) { c.write("%s.on_cancelled %d", name, e.Future.ID) })
	}
	event.On(s, event.New[string]("mine"), func(v string) { c.write("mine %s", v) })
	s.OnSummary.Do(func(e sdk.Summary) {
		var counts []string
		for name, n := range e.Events {
			counts = append(counts, fmt.Sprint(name, "=", n))
		}
		slices.Sort(counts)
		c.write("summary %s %s %v %d %d %s", e.Exit, e.Message, e.Err, e.Records, e.Missed, strings.Join(counts, " "))
	})
	return nil
}, sdk.WithInput(), sdk.WithResults())

// asker asks for everything that a host may refuse or grant, and writes down
// the answers.
var asker = sdk.EventPlugin("asker", func(s *sdk.Scheduler, c witnessConfig) error {
	answer := func(what string, err error) { c.write("%s: %v %s", what, err, sdk.KindOf(err)) }
	try := func(taskName string, in any) *sdk.Future {
		f, err := s.Submit(taskName, in)
		answer("submit "+taskName, err)
		return f
	}
	s.OnStart.Do(func() {
		for _, x := range []int{21, -1} {
			f := try("double", x)
			var out int
			answer("wait", f.Wait(s.Context(), &out))
			c.write("%d", out)
		}
		f := try("wait", 1)
		answer("cancel", f.Cancel("not needed"))
		err := f.Wait(s.Context(), nil)
		answer("wait", err)
		c.write("%t", errors.Is(err, sdk.ErrCancelled))
		answer("cancel nothing", s.CancelFuture(99, ""))
		try("duoble", 1)
		answer("emit", s.Emit("mine", "yes"))
		answer("emit on a task", s.Task("double").Emit("halfway", 50))
		answer("emit on no task", s.Task("duoble").Emit("halfway", 50))
		answer("emit what is the scheduler's", s.Emit("on_result", nil))
		answer("stop", s.Stop("seen enough", errors.New("why")))
	})
	event.On(s, event.New[string]("mine"), func(v string) { c.write("mine %s", v) })
	event.On(s.Task("double"), event.New[int]("halfway"), func(v int) { c.write("double.halfway %d", v) })
	s.OnStop.Do(func(e sdk.Stopped) { c.write("on_stop %s %v", e.Message, e.Err) })
	s.OnSummary.Do(func(e sdk.Summary) { c.write("summary %s %s %v", e.Exit, e.Message, e.Err) })
	return nil
})
