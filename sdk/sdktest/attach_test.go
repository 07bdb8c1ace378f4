package sdktest_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/session"
	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/sdk"
	"github.com/signalbox-go/signalbox/sdk/sdktest"
)

// plugin makes an event plugin without a configuration.
func plugin(subscribe func(s *sdk.Scheduler), opts ...sdk.PluginOption) sdk.Part {
	return sdk.EventPlugin("tested", func(s *sdk.Scheduler, _ struct{}) error {
		subscribe(s)
		return nil
	}, opts...)
}

// must is for callbacks, which have nobody to return an error to.
func must(_ any, err error) {
	if err != nil {
		panic(err)
	}
}

func TestConfigurationsAreBlocks(t *testing.T) {
	t.Parallel()
	type config struct {
		Wait  time.Duration `hcl:"wait"`
		Most  *int          `hcl:"most,optional"`
		Names []string      `hcl:"names,optional"`
		Own   int
	}
	var got []config
	part := sdk.EventPlugin("tested", func(_ *sdk.Scheduler, c config) error {
		got = append(got, c)
		return nil
	})
	zero := 0
	for _, c := range []any{config{Wait: time.Second, Most: &zero, Own: 1}, &config{Names: []string{"a"}}, map[string]any{"wait": "1ms"}} {
		sdktest.Host{Config: c}.Attach(t, part)
	}
	require.Equal(t, []config{{Wait: time.Second, Most: &zero}, {Names: []string{"a"}}, {Wait: time.Millisecond}}, got)
}

func TestCallsOfThePluginRun(t *testing.T) {
	t.Parallel()
	var heard []int
	p := sdktest.Host{Allow: []string{"submit"}}.Attach(t, plugin(func(s *sdk.Scheduler) {
		task := s.Task("double")
		s.OnStart.Do(func() { must(task.Submit(1)) })
		task.OnResult.Do(func(e sdk.Result) {
			var x int
			must(nil, e.Value.Decode(&x))
			heard = append(heard, x)
			must(task.Submit(x))
		}, event.Limit(3))
	}), double)
	p.Start()
	require.Equal(t, []int{2, 4, 8}, heard)
	require.Equal(t, "[submit double 1 submit double 2 submit double 4 submit double 8]", fmt.Sprint(p.Asked()))
	require.Equal(t, []sdktest.Handler{{Event: "on_start", Name: p.Handlers()[0].Name, Every: 1, Calls: 1},
		{Event: "double.on_result", Name: p.Handlers()[1].Name, Every: 1, Calls: 3}}, p.Handlers())
	require.Contains(t, p.Handlers()[0].Name, "attach_test.go:")
}

func TestEncodingsAreThoseOfTheTasks(t *testing.T) {
	t.Parallel()
	var got []string
	p := sdktest.Host{Allow: []string{"submit"}}.Attach(t, plugin(func(s *sdk.Scheduler) {
		s.OnStart.Do(func() {
			f, err := s.Submit("raw", []byte("a\x00"))
			must(f, err)
			var out []byte
			must(nil, f.Wait(s.Context(), &out))
			got = append(got, string(out))
		})
		s.Task("floats").OnResult.Do(func(e sdk.Result) { got = append(got, e.Value.ContentType) })
		s.Task("unknown").OnSubmitted.Do(func(e sdk.Submitted) { got = append(got, string(e.Input.Data)) })
	}, sdk.WithInput()), raw, floats)
	p.Start()
	p.Result("floats", 1.5)
	p.Submit("unknown", map[string]int{"x": 1})
	require.Equal(t, []string{"a\x00!", task.ContentCBOR, `{"x":1}`}, got)
	require.Equal(t, "submit raw (2 bytes of application/octet-stream)", p.Asked()[0].String())
}

// TestCallsCanBeLeftToTheTest submits to a task that has no function.
func TestCallsCanBeLeftToTheTest(t *testing.T) {
	t.Parallel()
	var ends []string
	first := make(chan string, 1)
	p := sdktest.Host{Allow: []string{"submit", "cancel"}}.Attach(t, plugin(func(s *sdk.Scheduler) {
		s.OnStart.Do(func() {
			f, err := s.Submit("slow", 1)
			must(f, err)
			must(s.Submit("slow", 2))
			must(s.Submit("slow", 3))
			go func() { // in the callback, it would keep Start from returning
				var out string
				must(nil, f.Wait(s.Context(), &out))
				first <- out
			}()
		})
		s.OnFutureDone.Do(func(e sdk.FutureDone) { ends = append(ends, fmt.Sprint("done ", e.Future.ID)) })
		s.OnFutureCancelled.Do(func(e sdk.FutureCancelled) { ends = append(ends, e.Err.Error()) })
		s.OnFutureException.Do(func(e sdk.FutureException) { must(nil, s.CancelFuture(e.Future.ID+1, "no use")) })
	}), task.Named[int, string]("slow"))
	p.Start()
	require.Empty(t, ends)
	p.Result("slow", "first")
	require.Equal(t, "first", <-first)
	p.Exception("slow", errors.New("second"))
	require.Equal(t, []string{"done 1", "done 2", "future 3 of task slow was cancelled: no use"}, ends)
	require.Equal(t, "cancel 3: no use", p.Asked()[3].String())
}

func TestWhatIsNotAllowedIsRefused(t *testing.T) {
	t.Parallel()
	var kinds []string
	p := sdktest.Attach(t, plugin(func(s *sdk.Scheduler) {
		s.OnStart.Do(func() {
			_, err := s.Submit("double", 1)
			for _, err := range []error{err, s.Stop("", nil), s.CancelFuture(1, ""), s.Emit("mine", 1)} {
				kinds = append(kinds, sdk.KindOf(err))
			}
		})
	}), double)
	p.Start()
	require.Equal(t, []string{sdk.KindNotAllowed, sdk.KindNotAllowed, sdk.KindNotAllowed, sdk.KindNotAllowed}, kinds)
	require.Equal(t, `submit double 1 (refused: plugin tested may not submit: grant it with allow = ["submit"], in a test with Host.Allow)`, p.Asked()[0].String())
	require.ErrorContains(t, p.Asked()[3].Refused, "may not emit")
}

func TestTheRunCanBeOver(t *testing.T) {
	t.Parallel()
	var errs []error
	var sum sdk.Summary
	submits := func(s *sdk.Scheduler) func() {
		return func() {
			_, err := s.Submit("double", 1)
			errs = append(errs, err)
		}
	}
	p := sdktest.Host{Allow: []string{"submit", "stop"}}.Attach(t, plugin(func(s *sdk.Scheduler) {
		s.OnStart.Do(func() {
			must(nil, s.Stop("enough", errors.New("why")))
			must(nil, s.Stop("again", nil))
		})
		s.OnStop.Do(func(e sdk.Stopped) {
			require.EqualError(t, e.Err, "why")
			submits(s)()
		})
		s.OnSummary.Do(func(e sdk.Summary) { sum = e; submits(s)() })
	}), double)
	p.Start()
	p.Finish()
	require.EqualError(t, errs[0], "sdk: submit to task double: scheduler: submit to task double refused: not running")
	require.EqualError(t, errs[1], "sdk: submit to task double: not running")
	require.Equal(t, []any{"stopped", "enough", uint64(4), uint64(1)}, []any{sum.Exit, sum.Message, sum.Records, sum.Events["on_stop"]})
	require.Equal(t, []sdk.Refused{{Task: "double", Reason: "not running", Count: 1}}, sum.Refused)
}

func TestGapsShiftNothing(t *testing.T) {
	t.Parallel()
	var every, gaps []string
	p := sdktest.Attach(t, plugin(func(s *sdk.Scheduler) {
		s.OnFutureResult.Do(func(e sdk.FutureResult) { every = append(every, string(e.Value.Data)) }, event.Every(5))
		s.OnGap.Do(func(g sdk.Gap) { gaps = append(gaps, fmt.Sprint(g.First, g.Last, g.Missed)) })
	}))
	p.Result("double", 1)
	p.Miss(func() {
		for i := range 7 {
			p.Result("double", i+2)
		}
	})
	p.Result("double", 9)
	p.Result("double", 10)
	require.Equal(t, []string{"3 16 map[on_future_result:7]"}, gaps)
	require.Equal(t, []string{"10"}, every, "the fifth was missed, the tenth was not")
}

func TestRestartsGoOn(t *testing.T) {
	t.Parallel()
	var heard []string
	var processes, once int
	p := sdktest.Attach(t, sdk.EventPlugin("counter", func(s *sdk.Scheduler, _ struct{}) error {
		processes++
		id := processes
		var state struct{ Seen int }
		sdk.Checkpoint(s, &state)
		s.Task("double").OnResult.Do(func(e sdk.Result) {
			state.Seen++
			heard = append(heard, fmt.Sprintf("process %d: result %s, seen %d", id, e.Value.Data, state.Seen))
		}, event.Every(2))
		s.OnFutureResult.Do(func(sdk.FutureResult) { once++ }, event.Limit(3))
		s.OnFlush(func(context.Context) error {
			heard = append(heard, fmt.Sprint("counted ", s.Task("double").OnResult.Count()))
			return nil
		})
		return nil
	}))
	for i := range 3 {
		p.Result("double", i+1)
	}
	p.Restart(0)
	p.Result("double", 4)
	var state struct{ Seen int }
	p.Checkpoint(&state)
	require.Equal(t, 2, state.Seen)
	p.Restart(4) // a result is two records
	p.Result("double", 5)
	p.Finish()
	require.Equal(t, []string{"process 1: result 2, seen 1", "process 2: result 4, seen 2", "process 3: result 4, seen 2", "counted 5"}, heard)
	require.Equal(t, 4, once, "the third call was made twice, as it was not acknowledged")
}

func TestAPluginCanKnowWhereItWas(t *testing.T) {
	t.Parallel()
	var heard []uint64
	p := sdktest.Attach(t, plugin(func(s *sdk.Scheduler) {
		s.ResumeAfter(2)
		s.OnRecord.Do(func(r sdk.Record) { heard = append(heard, r.Seq) })
	}))
	for range 4 {
		p.Tell(sdk.Record{Kind: sdk.KindEmpty})
	}
	require.Equal(t, []uint64{1, 2, 3, 4}, heard, "the first process has nothing to resume")
	p.Restart(0)
	require.Equal(t, []uint64{3, 4}, heard[4:])
}

// TestPluginsEndThemselves fails to write what it has to, once.
func TestPluginsEndThemselves(t *testing.T) {
	t.Parallel()
	var heard []string
	full := errors.New("disk full")
	p := sdktest.Attach(t, plugin(func(s *sdk.Scheduler) {
		s.OnEmpty.Do(func() { heard = append(heard, "empty") })
		s.OnAcknowledge(func() error {
			if len(heard) == 2 {
				heard = append(heard, "full")
				return full
			}
			return nil
		})
	}))
	empty := func() { p.Tell(sdk.Record{Kind: sdk.KindEmpty}) }
	empty()
	require.ErrorIs(t, p.Dies(empty), full)
	empty()
	require.Equal(t, []string{"empty", "empty", "full", "empty", "empty"}, heard, "what was not acknowledged is told again")
}

func TestEndsOfPlugins(t *testing.T) {
	t.Parallel()
	var order []string
	p := sdktest.Attach(t, plugin(func(s *sdk.Scheduler) {
		s.OnFinished.Do(func() { order = append(order, "finished") })
		s.OnSummary.Do(func(e sdk.Summary) { order = append(order, e.Exit) })
		s.OnFlush(func(context.Context) error { order = append(order, "flushed"); return nil })
		s.Linger(time.Minute, func(context.Context) { order = append(order, "lingered") })
	}))
	p.Tell(sdk.Record{Kind: sdk.KindTimeout})
	p.Finish()
	require.Equal(t, []string{"finished", "timeout", "flushed", "lingered"}, order)
}

func TestRecordsCanBeMadeUp(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var got []string
	p := sdktest.Host{Snapshot: sdk.Snapshot{Tree: "a tree", JSON: []byte(`{}`)}}.Attach(t, plugin(func(s *sdk.Scheduler) {
		s.OnFutureDone.Do(func(e sdk.FutureDone) {
			got = append(got, fmt.Sprint(e.Time.UTC().Format(time.TimeOnly), " ", e.Future))
		})
		s.OnWorker.Do(func(c sdk.WorkerChange) { got = append(got, c.State+" "+c.Err) })
		s.OnEmpty.Do(func() {
			look, err := s.Snapshot()
			must(look, err)
			got = append(got, look.Tree, fmt.Sprint(s.Gauges().Queue, s.Gauges().LastSeq))
		})
	}))
	p.Tell(sdk.Record{Meta: sdk.Meta{Time: at}, Kind: sdk.KindResult,
		Future: sdk.FutureInfo{Task: "double", Elapsed: time.Second, Wait: time.Minute, Worker: 3, Attempt: 2}})
	p.Tell(sdk.Record{Kind: sdk.KindWorker, Change: sdk.WorkerChange{State: "lost", Err: "killed"}})
	p.Submit("double", 1)
	p.Tell(sdk.Record{Kind: sdk.KindEmpty})
	require.Equal(t, []string{"03:04:05 {1 double 2 3 1s 1m0s}", "lost killed", "a tree", "1 5"}, got)
}

func TestLoopsOfEmissionsEnd(t *testing.T) {
	t.Parallel()
	p := sdktest.Host{Allow: []string{"emit"}}.Attach(t, plugin(func(s *sdk.Scheduler) {
		event.OnSignal(s, event.NewSignal("again"), func() { event.EmitSignal(s, event.NewSignal("again")) })
	}))
	p.Emit("again", nil)
	require.Len(t, p.Asked(), 17)
	require.ErrorContains(t, p.Asked()[16].Refused, "because of each other")
}

// TestTimersInABubble shows that a kit works inside synctest, so that timers
// take no time.
func TestTimersInABubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := sdktest.Host{Allow: []string{"stop"}}.Attach(t, plugin(func(s *sdk.Scheduler) {
			s.OnStart.Do(func() { s.CallLater(time.Hour, func() { must(nil, s.Stop("time is up", nil)) }) })
		}))
		p.Start()
		time.Sleep(time.Hour - time.Second)
		require.Empty(t, p.Asked())
		time.Sleep(2 * time.Second)
		require.Equal(t, "[stop: time is up]", fmt.Sprint(p.Asked()))
		p.Finish()
	})
}

func TestSetUpsThatFail(t *testing.T) {
	t.Parallel()
	strict := sdk.EventPlugin("strict", func(_ *sdk.Scheduler, c struct {
		Port int           `hcl:"port" json:"other"`
		Wait time.Duration `hcl:"wait,optional"`
		Tags []string      `hcl:"tags,optional"`
	}) error {
		switch {
		case c.Wait > time.Minute:
			return errors.New("configuration: wait: it is too long")
		case len(c.Tags) > 0:
			runtime.Goexit()
		case c.Port == 0:
			panic("no port")
		}
		return nil
	})
	for name, test := range map[string]struct {
		config any
		want   string
	}{
		"missing": {nil, "configuration: port is missing"},
		"unknown": {map[string]any{"port": 1, "prot": 2}, `there is no attribute "prot"`},
		"its check": {struct {
			Port int           `hcl:"port"`
			Wait time.Duration `hcl:"wait"`
		}{1, time.Hour}, "wait: it is too long"},
		"panic": {map[string]any{"port": 0}, "no port"},
		"exit":  {map[string]any{"port": 1, "tags": []string{"x"}}, "runtime.Goexit"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := sdktest.Host{Config: test.config}.OpenAttachment(t, strict)
			require.Nil(t, p)
			require.ErrorIs(t, err, session.ErrSetup)
			require.ErrorContains(t, err, test.want)
		})
	}
	for want, open := range map[string]func() (*sdktest.Attachment, error){
		"is no event plugin": func() (*sdktest.Attachment, error) { return sdktest.Host{}.OpenAttachment(t, double) },
		`nothing called "fly"`: func() (*sdktest.Attachment, error) {
			return sdktest.Host{Allow: []string{"fly"}}.OpenAttachment(t, strict)
		},
		`two tasks are called "double"`: func() (*sdktest.Attachment, error) { return sdktest.Host{}.OpenAttachment(t, strict, double, double) },
		"is no task":                    func() (*sdktest.Attachment, error) { return sdktest.Host{}.OpenAttachment(t, strict, strict) },
		"configuration does not encode": func() (*sdktest.Attachment, error) { return sdktest.Host{Config: func() {}}.OpenAttachment(t, strict) },
	} {
		_, err := open()
		require.ErrorContains(t, err, want)
	}
}

// TestFailuresAreTold runs tests that have to fail.
func TestFailuresAreTold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		want string
		test func(t testing.TB)
	}{
		"panic of a callback": {"event plugin tested panicked; its log says where", func(t testing.TB) {
			p := sdktest.Attach(t, plugin(func(s *sdk.Scheduler) { s.OnStart.Do(func() { panic("boom") }) }))
			p.Start()
		}},
		"panic that ends it": {"event plugin tested has ended itself", func(t testing.TB) {
			p := sdktest.Attach(t, plugin(func(s *sdk.Scheduler) { s.OnStart.Do(func() { panic("boom") }) }, sdk.EndOnPanic()))
			p.Start()
		}},
		"it does not end itself": {"event plugin tested does not end itself", func(t testing.TB) {
			p := sdktest.Attach(t, witnessOf(t))
			require.NoError(t, p.Dies(p.Start))
		}},
		"panic of a timer": {"event plugin tested panicked", func(t testing.TB) {
			p := sdktest.Attach(t, plugin(func(s *sdk.Scheduler) { s.OnStart.Do(func() { s.CallLater(0, func() { panic("boom") }) }) }))
			p.Start()
			<-time.After(time.Second)
		}},
		"callback that hangs": {"has not dealt with everything after 30s: a callback does not return", func(t testing.TB) {
			p := sdktest.Attach(t, plugin(func(s *sdk.Scheduler) { s.OnStart.Do(func() { <-s.Context().Done() }) }))
			p.Start()
		}},
		"callback that waits for the test": {"future 1 of task slow, which it submitted, is open: pass the task's definition to Attach", func(t testing.TB) {
			p := sdktest.Host{Allow: []string{"submit"}}.Attach(t, plugin(func(s *sdk.Scheduler) {
				s.OnStart.Do(func() {
					f, err := s.Submit("slow", 1)
					must(f, err)
					_ = f.Wait(s.Context(), nil)
				})
			}), task.Named[int, int]("slow"))
			p.Start()
		}},
		"set-up": {"attach: session: open: set-up of the plugin failed: no licence", func(t testing.TB) {
			sdktest.Attach(t, sdk.EventPlugin("tested", func(*sdk.Scheduler, struct{}) error { return errors.New("no licence") }))
		}},
		"over":              {"result: the run is over", func(t testing.TB) { p := sdktest.Attach(t, witnessOf(t)); p.Finish(); p.Result("double", 1) }},
		"restart when over": {"restart: the run is over", func(t testing.TB) { p := sdktest.Attach(t, witnessOf(t)); p.Finish(); p.Restart(0) }},
		"restart too far":   {"restart: 3 records cannot be told again, there were 1", func(t testing.TB) { p := sdktest.Attach(t, witnessOf(t)); p.Start(); p.Restart(3) }},
		"no state":          {"has no state", func(t testing.TB) { sdktest.Attach(t, witnessOf(t)).Checkpoint(new(int)) }},
		"no kind":           {"there is no such kind of record", func(t testing.TB) { sdktest.Attach(t, witnessOf(t)).Tell(sdk.Record{}) }},
		"no task":           {"submitted: Future.Task is missing", func(t testing.TB) { sdktest.Attach(t, witnessOf(t)).Submit("", 1) }},
		"no error":          {"exception: an exception needs an error", func(t testing.TB) { sdktest.Attach(t, witnessOf(t)).Exception("double", nil) }},
		"no name":           {"emitted: Name is missing", func(t testing.TB) { sdktest.Attach(t, witnessOf(t)).Emit("", nil) }},
		"no such future": {"there is no open future of that number", func(t testing.TB) {
			sdktest.Attach(t, witnessOf(t)).Tell(sdk.Record{Kind: sdk.KindResult, Future: sdk.FutureInfo{ID: 7}})
		}},
		"number given": {"leave Future.ID out", func(t testing.TB) {
			sdktest.Attach(t, witnessOf(t)).Tell(sdk.Record{Kind: sdk.KindSubmitted, Future: sdk.FutureInfo{ID: 7, Task: "double"}})
		}},
		"no JSON": {"a func() does not encode", func(t testing.TB) { sdktest.Attach(t, witnessOf(t)).Result("double", func() {}) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { // waiting takes no time
				f := &failing{TB: t}
				done := make(chan struct{})
				go func() {
					defer close(done)
					defer f.end()
					c.test(f)
				}()
				<-done
				require.Contains(t, strings.Join(f.told, "\n"), c.want)
			})
		})
	}
}

func witnessOf(t testing.TB) sdk.Part {
	t.Helper()
	return plugin(func(s *sdk.Scheduler) { s.OnRecord.Do(func(sdk.Record) {}) })
}

// failing stands in for a test that fails.
type failing struct {
	testing.TB
	cleanups []func()
	mu       sync.Mutex
	told     []string
}

func (f *failing) Cleanup(fn func()) { f.cleanups = append(f.cleanups, fn) }
func (f *failing) Errorf(text string, a ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.told = append(f.told, fmt.Sprintf(text, a...))
}
func (f *failing) Fatalf(text string, a ...any) { f.Errorf(text, a...); runtime.Goexit() }

func (f *failing) end() {
	for i := len(f.cleanups) - 1; i >= 0; i-- {
		f.cleanups[i]()
	}
}

func TestOptionsOfASubmitAreSeen(t *testing.T) {
	t.Parallel()
	p := sdktest.Host{Allow: []string{"submit"}}.Attach(t, plugin(func(s *sdk.Scheduler) {
		s.OnStart.Do(func() { must(s.Submit("raw", []byte("x"), sdk.Within(time.Minute), sdk.Priority(3))) })
	}), raw)
	p.Start()
	require.Equal(t, time.Minute, p.Asked()[0].Timeout)
	require.Equal(t, 3, p.Asked()[0].Priority)
}

// What a plugin learns last is in the state that it leaves, too.
func TestStateAfterTheSummary(t *testing.T) {
	t.Parallel()
	p := sdktest.Attach(t, sdk.EventPlugin("ends", func(s *sdk.Scheduler, _ struct{}) error {
		var ends []string
		sdk.Checkpoint(s, &ends)
		s.OnSummary.Do(func(e sdk.Summary) { ends = append(ends, e.Exit) })
		return nil
	}))
	p.Finish()
	var ends []string
	p.Checkpoint(&ends)
	require.Equal(t, []string{"exhausted"}, ends)
}

// Configurations arrive as a host sends them.
func TestConfigurationsWithDurations(t *testing.T) {
	t.Parallel()
	type config struct {
		Every time.Duration  `hcl:"every"`
		Sync  *time.Duration `hcl:"sync,optional"`
		None  *time.Duration `hcl:"none,optional"`
	}
	zero := time.Duration(0)
	var got config
	sdktest.Host{Config: config{Every: time.Second, Sync: &zero}}.Attach(t, sdk.EventPlugin("timed", func(_ *sdk.Scheduler, c config) error {
		got = c
		return nil
	}))
	require.Equal(t, config{Every: time.Second, Sync: &zero}, got)
	_, err := sdktest.Host{Config: struct {
		Every *time.Duration `hcl:"every"`
	}{}}.OpenAttachment(t, sdk.EventPlugin("timed", func(*sdk.Scheduler, config) error { return nil }))
	require.ErrorContains(t, err, "every")
}

// What was refused is in the gauges as it is in the summary.
func TestRefusalsInTheGauges(t *testing.T) {
	t.Parallel()
	var sum sdk.Summary
	p := sdktest.Host{Allow: []string{"submit"}}.Attach(t, sdk.EventPlugin("asks", func(s *sdk.Scheduler, _ struct{}) error {
		s.OnStart.Do(func() { _, _ = s.Submit("nothing", 1) })
		s.OnSummary.Do(func(e sdk.Summary) { sum = e })
		return nil
	}))
	p.Start()
	p.Finish()
	require.Equal(t, sum.Refused, sum.Gauges.Refusals)
}
