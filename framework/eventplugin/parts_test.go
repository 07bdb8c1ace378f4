//go:build linux

package eventplugin_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/sdk"
)

var double = sdk.TaskFunc("double", func(_ context.Context, x int) (int, error) {
	if x < 0 {
		return 0, errors.New("negative")
	}
	return 2 * x, nil
})

// setting is the configuration of all plugins of the tests.
type setting struct {
	File string        `hcl:"file,optional" doc:"where to write what it hears"`
	Once string        `hcl:"once,optional" doc:"a file whose making is left to the first process"`
	Gate string        `hcl:"gate,optional" doc:"a pipe to wait for"`
	Nap  time.Duration `hcl:"nap,optional"`
}

func parts() []sdk.Part {
	parts := []sdk.Part{double}
	for name, setUp := range map[string]func(*sdk.Scheduler, setting) error{
		"trace": trace, "records": records, "options": options, "options crasher": optionsCrasher, "flusher": flusher, "clinger": clinger, "driver": drive, "urgent": urgent, "waiter": waiter, "stopper": stopper,
		"crasher": crasher, "deadly": deadly, "slow": slow, "gate": gate, "ping": ping, "pong": pong, "refuser": refuser, "panicker": panicker,
		"buffered": buffered, "counter": counter, "recorder": recorder, "nice": nice, "stillborn": stillborn, "watchman": watchman, "watchful": watchful, "echo": echo,
	} {
		parts = append(parts, sdk.EventPlugin(name, setUp))
	}
	return append(parts, sdk.EventPlugin("strict", func(*sdk.Scheduler, struct {
		Port int `hcl:"port"`
	}) error {
		return nil
	}), sdk.EventPlugin("with input", trace, sdk.WithInput()), sdk.EventPlugin("keeper", gate, sdk.Lossless()))
}

// writer appends lines to a file, each with one write, so that nothing is lost
// with a process that dies.
func writer(path string) func(format string, args ...any) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	return func(format string, args ...any) {
		if _, err := fmt.Fprintf(f, format+"\n", args...); err != nil {
			panic(err)
		}
	}
}

// trace writes down every event with its number.
func trace(s *sdk.Scheduler, c setting) error {
	write := writer(c.File)
	for _, sig := range []event.SignalSubscriber{s.OnStart, s.OnFinishing, s.OnFinished, s.OnTimeout, s.OnEmpty} {
		sig.Do(func() { write("%s", sig.Event()) })
	}
	s.OnStop.Do(func(e sdk.Stopped) { write("on_stop %s", e.Message) })
	s.OnFutureSubmitted.Do(func(e sdk.FutureSubmitted) {
		write("%s", strings.TrimSpace(fmt.Sprintf("on_future_submitted %d %s", e.Future.ID, e.Input.Data)))
	})
	s.OnFutureDone.Do(func(e sdk.FutureDone) { write("on_future_done %d", e.Future.ID) })
	s.OnFutureResult.Do(func(e sdk.FutureResult) { write("on_future_result %d %s", e.Future.ID, e.Value.Data) })
	s.OnFutureException.Do(func(e sdk.FutureException) { write("on_future_exception %d %v", e.Future.ID, e.Err) })
	s.OnFutureCancelled.Do(func(e sdk.FutureCancelled) { write("on_future_cancelled %d", e.Future.ID) })
	t := s.Task("double")
	t.OnSubmitted.Do(func(e sdk.Submitted) { write("on_submitted %d", e.Future.ID) })
	t.OnDone.Do(func(e sdk.Done) { write("on_done %d", e.Future.ID) })
	t.OnResult.Do(func(e sdk.Result) { write("on_result %d %s", e.Future.ID, e.Value.Data) })
	t.OnException.Do(func(e sdk.Exception) { write("on_exception %d %v", e.Future.ID, e.Err) })
	t.OnCancelled.Do(func(e sdk.TaskCancelled) { write("on_cancelled %d", e.Future.ID) })
	event.On(s, event.New[string]("mine"), func(v string) { write("mine %s", v) })
	s.OnSummary.Do(func(e sdk.Summary) { write("summary %s %d", e.Exit, e.Events["on_future_submitted"]) })
	return nil
}

// echo writes down what it was configured with.
func echo(_ *sdk.Scheduler, c setting) error {
	writer(c.File)("%v", c.Nap)
	return nil
}

// records writes down every record.
func records(s *sdk.Scheduler, c setting) error {
	write := writer(c.File)
	s.OnRecord.Do(func(r sdk.Record) { write("%d %s %d %d", r.Seq, r.Kind, r.Future.ID, len(r.Payload.Data)) })
	return nil
}

// drive submits at the start, and again at the first three results.
func drive(s *sdk.Scheduler, _ setting) error {
	t := s.Task("double")
	s.OnStart.Do(func() { must(t.Submit(1)) })
	t.OnResult.Do(func(sdk.Result) { must(t.Submit(2)) }, event.Limit(3))
	return nil
}

// urgent submits with options.
func urgent(s *sdk.Scheduler, _ setting) error {
	s.OnStart.Do(func() {
		must(s.Submit("double", 1))
		must(s.Task("double").Submit(2, sdk.Priority(-7), sdk.Within(time.Hour)))
	})
	return nil
}

func must(_ any, err error) {
	if err != nil {
		panic(err)
	}
}

// waiter waits for futures in a callback.
func waiter(s *sdk.Scheduler, c setting) error {
	write := writer(c.File)
	s.OnStart.Do(func() {
		for _, x := range []int{21, -1} {
			f, err := s.Submit("double", x)
			must(f, err)
			var out int
			err = f.Wait(s.Context(), &out)
			write("%d %v", out, err)
		}
		_, err := s.Submit("duoble", 1)
		write("%v", err)
		_, err = s.Submit("double", "text")
		write("%v", err)
		look, err := s.Snapshot()
		must(look, err)
		write("%t %t", strings.Contains(look.Tree, "@on_start 1"), strings.Contains(string(look.JSON), `"double"`))
		s.CallLater(time.Millisecond, func() { must(nil, s.Stop("called later", nil)) })
	})
	return nil
}

// stopper stops the run at the second result.
func stopper(s *sdk.Scheduler, _ setting) error {
	s.OnFutureResult.Do(func(sdk.FutureResult) { must(nil, s.Stop("seen enough", errors.New("two"))) }, event.Every(2), event.Limit(1))
	return nil
}

// refuser tries what it was not granted.
func refuser(s *sdk.Scheduler, c setting) error {
	write := writer(c.File)
	s.OnStart.Do(func() {
		_, err := s.Submit("double", 1)
		write("%v", err)
		write("%v", s.Stop("", nil))
		write("%v", s.CancelFuture(1, ""))
		write("%v", s.Emit("mine", "x"))
	})
	return nil
}

// tally is the state of crasher.
type tally struct{ Results int }

// crasher counts results, and its first process kills itself at the fiftieth.
func crasher(s *sdk.Scheduler, c setting) error {
	write := writer(c.File)
	var state tally
	sdk.Checkpoint(s, &state)
	limited := 0
	h := s.OnFutureResult.Do(func(sdk.FutureResult) { limited++ }, event.Limit(60))
	s.OnFutureResult.Do(func(e sdk.FutureResult) {
		state.Results++
		write("%d", e.Future.ID)
		if _, err := os.Stat(c.Once); state.Results == 50 && err != nil {
			must(nil, os.WriteFile(c.Once, nil, 0o600))
			p, _ := os.FindProcess(os.Getpid())
			_ = p.Kill()
			select {}
		}
	})
	s.OnFlush(func(context.Context) error {
		write("state %d, counted %d, limited %d", state.Results, s.OnFutureResult.Count(), h.Calls())
		return nil
	})
	return nil
}

// deadly dies whenever it hears of a result.
func deadly(s *sdk.Scheduler, _ setting) error {
	s.OnFutureResult.Do(func(sdk.FutureResult) { fmt.Fprintln(os.Stderr, "I am deadly"); os.Exit(3) })
	return nil
}

// slow takes its time for every result.
func slow(s *sdk.Scheduler, c setting) error {
	s.OnFutureResult.Do(func(sdk.FutureResult) { <-time.After(c.Nap) })
	return nil
}

// gate waits in its first callback until somebody writes to a pipe.
func gate(s *sdk.Scheduler, c setting) error {
	write := writer(c.File)
	gaps, results := uint64(0), 0
	s.OnStart.Do(func() { must(os.ReadFile(c.Gate)) })
	s.OnFutureResult.Do(func(sdk.FutureResult) { results++ })
	s.OnGap.Do(func(g sdk.Gap) { gaps += g.Missed["on_future_result"] })
	s.OnSummary.Do(func(e sdk.Summary) {
		write("%d of %d, %d told as gap, %d heard", s.OnFutureResult.Count(), e.Events["on_future_result"], gaps, results)
	})
	return nil
}

func ping(s *sdk.Scheduler, _ setting) error {
	s.OnStart.Do(func() { must(nil, s.Emit("ping", nil)) })
	event.On(s, event.New[sdk.Custom]("pong"), func(sdk.Custom) { event.EmitSignal(s, event.NewSignal("ping")) })
	return nil
}

func pong(s *sdk.Scheduler, c setting) error {
	write := writer(c.File)
	event.OnSignal(s, event.NewSignal("ping"), func() {
		err := s.Emit("pong", nil)
		write("%v", err)
	})
	return nil
}

// buffered writes the numbers of futures down when they are about to be
// acknowledged, which fails in its first process.
func buffered(s *sdk.Scheduler, c setting) error {
	write := writer(c.File)
	s.WantInput()
	s.WantResults()
	var lines []string
	s.OnRecord.Do(func(r sdk.Record) {
		if r.Kind == sdk.KindSubmitted || r.Kind == sdk.KindResult {
			lines = append(lines, fmt.Sprintf("%s %d %s", r.Kind, r.Future.ID, r.Payload.Data))
		}
	})
	s.OnAcknowledge(func() error {
		if _, err := os.Stat(c.Once); err != nil && len(lines) > 0 {
			must(nil, os.WriteFile(c.Once, nil, 0o600))
			return errors.New("no room left")
		}
		for _, l := range lines {
			write("%s", l)
		}
		lines = nil
		return nil
	})
	return nil
}

// panicker panics at every other start of a future and goes on.
func panicker(s *sdk.Scheduler, c setting) error {
	write := writer(c.File)
	s.OnFutureResult.Do(func(e sdk.FutureResult) { panic(fmt.Sprint("at ", e.Future.ID)) })
	s.OnFutureResult.Do(func(e sdk.FutureResult) { write("heard %d", e.Future.ID) })
	return nil
}

// counter counts what is submitted and what is done.
func counter(s *sdk.Scheduler, _ setting) error {
	var submitted, done uint64
	s.OnFutureSubmitted.Do(func(sdk.FutureSubmitted) { submitted++ })
	s.OnFutureDone.Do(func(sdk.FutureDone) { done++ })
	s.OnSummary.Do(func(e sdk.Summary) { agree(e, submitted, done) })
	return nil
}

// recorder does the same by records.
func recorder(s *sdk.Scheduler, _ setting) error {
	var submitted, done uint64
	s.OnRecord.Do(func(r sdk.Record) {
		switch r.Kind {
		case sdk.KindSubmitted:
			submitted++
		case sdk.KindResult:
			done++
		}
	})
	s.OnSummary.Do(func(e sdk.Summary) { agree(e, submitted, done) })
	return nil
}

// agree dies if the counts are not those of the summary.
func agree(e sdk.Summary, submitted, done uint64) {
	if submitted != e.Events["on_future_submitted"] || done != e.Events["on_future_done"] {
		os.Exit(1)
	}
}

// watchman writes down how the host stands, as soon as it knows of a call that
// runs, and at the end.
func watchman(s *sdk.Scheduler, c setting) error {
	write := writer(c.File)
	s.OnFutureResult.Do(func(sdk.FutureResult) {}) // something to lag behind
	told := false
	var look func()
	look = func() {
		if g := s.Gauges(); g.Running > 0 && !told {
			told = true
			write("%d of %d, %d run, oldest %t", g.Queue, g.Workers, g.Running, g.Oldest > 0)
			must(nil, os.WriteFile(c.Once, nil, 0o600))
			return
		}
		s.CallLater(time.Millisecond, look)
	}
	s.CallLater(0, look)
	s.OnSummary.Do(func(e sdk.Summary) {
		g := e.Gauges
		write("%d of %d, %d run, %v refused, record %d of %d", g.Queue, g.Workers, g.Running, g.Refusals, g.LastSeq, e.Records)
		for _, p := range g.Plugins {
			write("%s: self %t, lost %t, missed %d, restarts %d", p.Name, p.Self, p.Lost, p.Missed, p.Restarts)
		}
	})
	return nil
}

// nice writes down how nice its process is.
func nice(_ *sdk.Scheduler, c setting) error {
	writer(c.File)("%d", niceOf(os.Getpid()))
	return nil
}

// niceOf returns the nice level of a process.
func niceOf(pid int) int {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		panic(err)
	}
	// pid (name) state …: the name may be anything, nice is the 17th behind it.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	level, err := strconv.Atoi(fields[16])
	if err != nil {
		panic(err)
	}
	return level
}
