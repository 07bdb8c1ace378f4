//go:build linux

package eventplugin_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/eventplugin"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/internal/testlog"
)

// patience bounds what should take milliseconds, on a busy machine.
const patience = 60 * time.Second

// rig is a scheduler with event plugins made of this binary.
type rig struct {
	*scheduler.Scheduler
	t      *testing.T
	hub    *eventplugin.Hub
	double *scheduler.Task[int, int]
	logs   *testlog.Buffer
	dir    string
}

func newRig(t *testing.T, exec scheduler.Executor, plugins func(dir string) []*eventplugin.Spec) *rig {
	t.Helper()
	r := &rig{t: t, logs: &testlog.Buffer{}, dir: t.TempDir()}
	r.hub = eventplugin.New(plugins(r.dir)...)
	r.Scheduler = scheduler.New(exec, scheduler.Name("test"), scheduler.Observed(r.hub), scheduler.Logger(slog.New(slog.NewTextHandler(r.logs, nil))))
	r.double = scheduler.NewTask(r.Scheduler, double)
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(r.logs)
		}
	})
	return r
}

// self is a plugin of this binary that writes to dir/NAME.
func self(dir, name string, opts ...eventplugin.Option) *eventplugin.Spec {
	return eventplugin.Self(name, append([]eventplugin.Option{eventplugin.Config(map[string]any{
		"file": filepath.Join(dir, name), "once": filepath.Join(dir, name+" once"), "gate": filepath.Join(dir, "pipe")})}, opts...)...)
}

func (r *rig) run(opts ...scheduler.RunOption) scheduler.Exit {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	exit, err := r.Run(ctx, append([]scheduler.RunOption{scheduler.ExceptionPolicy(scheduler.Continue), scheduler.CancellationPolicy(scheduler.Continue)}, opts...)...)
	require.NoError(r.t, err)
	require.NoError(r.t, ctx.Err(), "the run hangs")
	return exit
}

// lines returns what a plugin has written.
func (r *rig) lines(name string) []string {
	r.t.Helper()
	data, err := os.ReadFile(filepath.Join(r.dir, name))
	require.NoError(r.t, err)
	return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
}

// report returns how the only plugin fared, and requires that its account adds
// up.
func (r *rig) report() eventplugin.Report {
	r.t.Helper()
	reports := r.hub.Reports()
	require.Len(r.t, reports, 1)
	p := reports[0]
	require.Equal(r.t, p.Emitted, p.Acknowledged+p.Missed+p.Undelivered, "%+v", p)
	return p
}

// submitAtStart submits n calls when a run starts.
func (r *rig) submitAtStart(inputs ...int) {
	r.OnStart.Do(func() {
		for _, x := range inputs {
			_, err := r.double.Submit(x)
			require.NoError(r.t, err)
		}
	})
}

func TestEventsComeInOrderWithTheirValues(t *testing.T) {
	t.Parallel()
	for name, exec := range map[string]scheduler.Executor{"local": local.Pool(2), "process": process.Self(1)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, exec, func(dir string) []*eventplugin.Spec { return []*eventplugin.Spec{self(dir, "trace")} })
			r.OnStart.Do(func() {
				f, err := r.double.Submit(4)
				require.NoError(t, err)
				f.OnDone(func(*scheduler.Future[int]) {
					event.Emit(r.Scheduler, event.New[string]("mine"), "yes")
					_, err := r.double.Submit(-1)
					require.NoError(t, err)
				})
			})
			r.run()
			require.Equal(t, []string{
				"on_start", "on_future_submitted 1", "on_submitted 1", "on_future_done 1", "on_future_result 1 8", "on_done 1", "on_result 1 8",
				"mine yes", "on_future_submitted 2", "on_submitted 2", "on_future_done 2", "on_future_exception 2 negative", "on_done 2", "on_exception 2 negative",
				"on_empty", "on_finishing", "on_finished", "summary exhausted 2",
			}, r.lines("trace"))
			p := r.report()
			require.Zero(t, p.Missed+p.Undelivered)
			require.NoError(t, p.Err)
		})
	}
}

func TestInputsComeIfAskedFor(t *testing.T) {
	t.Parallel()
	for name, exec := range map[string]scheduler.Executor{"local": local.Pool(1), "process": process.Self(1)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, exec, func(dir string) []*eventplugin.Spec { return []*eventplugin.Spec{self(dir, "with input")} })
			r.submitAtStart(7)
			r.run()
			require.Contains(t, r.lines("with input"), "on_future_submitted 1 7")
		})
	}
}

func TestRecordsAreAllThatHappens(t *testing.T) {
	t.Parallel()
	r := newRig(t, local.Pool(2), func(dir string) []*eventplugin.Spec { return []*eventplugin.Spec{self(dir, "records")} })
	r.submitAtStart(make([]int, 500)...)
	r.run()
	lines := r.lines("records")
	require.Len(t, lines, int(r.report().Emitted))
	for i, line := range lines {
		require.True(t, strings.HasPrefix(line, fmt.Sprint(i+1, " ")), "%d: %s", i+1, line)
		require.True(t, strings.HasSuffix(line, " 0"), "nobody asked for payloads: %s", line)
	}
	require.Equal(t, "1 start 0 0", lines[0])
}

func TestDriverEndsTheRunByItself(t *testing.T) {
	t.Parallel()
	r := newRig(t, process.Self(1), func(dir string) []*eventplugin.Spec {
		return []*eventplugin.Spec{self(dir, "driver", eventplugin.Allow(eventplugin.Submit))}
	})
	exit := r.run()
	require.Equal(t, scheduler.ExitExhausted, exit.Code)
	require.Equal(t, uint64(4), r.Counts().Results)
}

func TestPluginsActBack(t *testing.T) {
	t.Parallel()
	r := newRig(t, local.Pool(2), func(dir string) []*eventplugin.Spec {
		return []*eventplugin.Spec{self(dir, "waiter", eventplugin.Allow(eventplugin.Submit, eventplugin.Stop))}
	})
	exit := r.run(scheduler.KeepRunning())
	require.Equal(t, scheduler.ExitStopped, exit.Code)
	require.Equal(t, "called later", exit.Message)
	lines := r.lines("waiter")
	require.Equal(t, []string{"42 <nil>", "0 negative", `sdk: submit to task duoble: unknown task "duoble"; there are double`}, lines[:3])
	require.Contains(t, lines[3], "the input does not decode as int")
	require.Equal(t, "true true", lines[4])
}

func TestStopWithAnError(t *testing.T) {
	t.Parallel()
	r := newRig(t, local.Pool(1), func(dir string) []*eventplugin.Spec {
		return []*eventplugin.Spec{self(dir, "stopper", eventplugin.Allow(eventplugin.Stop))}
	})
	r.submitAtStart(1, 2)
	exit := r.run(scheduler.KeepRunning())
	require.Equal(t, "seen enough", exit.Message)
	require.EqualError(t, exit.Err, "two")
}

func TestWhatIsNotGrantedIsRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t, local.Pool(1), func(dir string) []*eventplugin.Spec { return []*eventplugin.Spec{self(dir, "refuser")} })
	r.run()
	lines := r.lines("refuser")
	for i, word := range []string{"submit", "stop", "cancel", "emit"} {
		require.Contains(t, lines[i], fmt.Sprintf("plugin refuser may not %[1]s: grant it with allow = [%[1]q]", word))
	}
	require.Zero(t, r.Counts().Submitted)
}

func TestFaultCrashedPluginGoesOn(t *testing.T) {
	t.Parallel()
	r := newRig(t, local.Pool(2), func(dir string) []*eventplugin.Spec { return []*eventplugin.Spec{self(dir, "crasher")} })
	r.submitAtStart(make([]int, 300)...)
	r.run()
	lines := r.lines("crasher")
	require.Equal(t, "state 300, counted 300, limited 60", lines[len(lines)-1])
	ids := map[string]bool{}
	for _, id := range lines[:len(lines)-1] {
		ids[id] = true
	}
	require.Len(t, ids, 300, "each is heard of")
	p := r.report()
	require.Equal(t, 1, p.Restarts)
	require.Zero(t, p.Missed+p.Undelivered)
}

func TestPluginThatIsLost(t *testing.T) {
	t.Parallel()
	t.Run("tasks go on", func(t *testing.T) {
		t.Parallel()
		r := newRig(t, local.Pool(1), func(dir string) []*eventplugin.Spec {
			return []*eventplugin.Spec{self(dir, "deadly", eventplugin.FlushWithin(patience))}
		})
		r.submitAtStart(1, 2, 3)
		exit := r.run()
		require.Equal(t, scheduler.ExitExhausted, exit.Code)
		require.Equal(t, uint64(3), r.Counts().Results)
		p := r.report()
		require.ErrorContains(t, p.Err, "its process died more than 5 times within 1m0s")
		require.ErrorContains(t, p.Err, "exit code 3; its stderr ends: I am deadly")
		require.NotZero(t, p.Undelivered)
		require.Contains(t, r.logs.String(), "event plugin lost: the run goes on without it")
	})
	t.Run("lossless: the run is stopped", func(t *testing.T) {
		t.Parallel()
		r := newRig(t, local.Pool(1), func(dir string) []*eventplugin.Spec {
			return []*eventplugin.Spec{self(dir, "deadly", eventplugin.Lossless())}
		})
		r.submitAtStart(1)
		exit := r.run(scheduler.KeepRunning())
		require.Equal(t, "a lossless event plugin was lost", exit.Message)
		require.ErrorContains(t, exit.Err, "deadly")
	})
	t.Run("lossless and optional", func(t *testing.T) {
		t.Parallel()
		r := newRig(t, local.Pool(1), func(dir string) []*eventplugin.Spec {
			return []*eventplugin.Spec{self(dir, "deadly", eventplugin.Lossless(), eventplugin.Optional(), eventplugin.FlushWithin(patience))}
		})
		r.submitAtStart(1)
		require.Equal(t, scheduler.ExitExhausted, r.run().Code)
		require.Contains(t, r.logs.String(), "level=WARN msg=\"event plugin lost\"")
	})
}

func TestSlowPluginKeepsNobody(t *testing.T) {
	t.Parallel()
	r := newRig(t, local.Pool(2), func(string) []*eventplugin.Spec {
		return []*eventplugin.Spec{eventplugin.Self("slow", eventplugin.Config(map[string]any{"nap": "1h"}), eventplugin.FlushWithin(100*time.Millisecond))}
	})
	r.submitAtStart(make([]int, 2000)...)
	r.run()
	require.Equal(t, uint64(2000), r.Counts().Results)
	p := r.report()
	require.NotZero(t, p.Undelivered)
	require.Contains(t, r.logs.String(), "event plugin did not deal with everything in time")
}

// flood has a plugin at the gate while far more happens than the log holds.
func flood(t *testing.T, plugin string, keeps bool, opts ...eventplugin.Option) *rig {
	t.Helper()
	const calls = 60_000 // two records each
	r := newRig(t, local.Pool(2), func(dir string) []*eventplugin.Spec {
		return []*eventplugin.Spec{self(dir, plugin, append(opts, eventplugin.FlushWithin(patience))...)}
	})
	require.NoError(t, syscall.Mkfifo(filepath.Join(r.dir, "pipe"), 0o600))
	r.submitAtStart(make([]int, calls)...)
	opened := sync.OnceFunc(func() { require.NoError(t, os.WriteFile(filepath.Join(r.dir, "pipe"), nil, 0)) })
	r.OnFinishing.Do(opened)
	if keeps {
		// Dispatch is paused before it is over.
		go func() {
			for !r.Paused() {
				<-time.After(time.Millisecond)
			}
			opened()
		}()
	}
	r.run()
	require.Equal(t, uint64(calls), r.Counts().Results)
	return r
}

func TestGapsAreCounted(t *testing.T) {
	t.Parallel()
	r := flood(t, "gate", false)
	p := r.report()
	require.NotZero(t, p.Missed)
	require.Zero(t, p.Undelivered)
	missed := p.MissedEvents["on_future_result"]
	require.Equal(t, fmt.Sprintf("60000 of 60000, %d told as gap, %d heard", missed, 60000-missed), r.lines("gate")[0])
}

func TestLosslessPausesDispatch(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		plugin string
		opts   []eventplugin.Option
	}{
		"asked for by who attaches it": {"gate", []eventplugin.Option{eventplugin.Lossless()}},
		"asked for by the plugin":      {"keeper", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := flood(t, c.plugin, true, c.opts...)
			require.Zero(t, r.report().Missed)
			require.Equal(t, "60000 of 60000, 0 told as gap, 60000 heard", r.lines(c.plugin)[0])
			require.False(t, r.Paused())
		})
	}
	t.Run("asked for by the plugin and denied", func(t *testing.T) {
		t.Parallel()
		require.NotZero(t, flood(t, "keeper", false, eventplugin.Skip()).report().Missed)
	})
}

func TestWhatCannotBeWrittenIsNotAcknowledged(t *testing.T) {
	t.Parallel()
	r := newRig(t, local.Pool(1), func(dir string) []*eventplugin.Spec { return []*eventplugin.Spec{self(dir, "buffered")} })
	r.submitAtStart(1, 2, 3)
	r.run()
	require.Equal(t, []string{"result 1 2", "result 2 4", "result 3 6", "submitted 1 1", "submitted 2 2", "submitted 3 3"}, slices.Sorted(slices.Values(r.lines("buffered"))))
	require.Equal(t, 1, r.report().Restarts)
	require.Contains(t, r.logs.String(), `msg="the plugin cannot go on" plugin=buffered`)
	require.Contains(t, r.logs.String(), `error="no room left"`)
	require.Contains(t, r.logs.String(), "exit code 1; its stderr ends: no room left")
}

func TestPluginsThatReactToEachOther(t *testing.T) {
	t.Parallel()
	r := newRig(t, local.Pool(1), func(dir string) []*eventplugin.Spec {
		return []*eventplugin.Spec{self(dir, "ping", eventplugin.Allow(eventplugin.Emit, eventplugin.Submit)),
			self(dir, "pong", eventplugin.Allow(eventplugin.Emit, eventplugin.Submit))}
	})
	r.run()
	lines := r.lines("pong")
	// The plugin that is refused may have ended before it can say so itself.
	require.Contains(t, r.logs.String(), "event plugins react to each other without end")
	require.LessOrEqual(t, len(lines), 16)
	reports := r.hub.Reports()
	require.Equal(t, uint64(1), reports[0].Loops+reports[1].Loops)
}

func TestPanicsOfCallbacksAreToldAndDoNoHarm(t *testing.T) {
	t.Parallel()
	r := newRig(t, local.Pool(1), func(dir string) []*eventplugin.Spec { return []*eventplugin.Spec{self(dir, "panicker")} })
	r.submitAtStart(1, 2)
	r.run()
	require.Equal(t, []string{"heard 1", "heard 2"}, r.lines("panicker"))
	require.Contains(t, r.logs.String(), `msg="callback failed" plugin=panicker`)
	require.Zero(t, r.report().Restarts)
}

func TestFilter(t *testing.T) {
	t.Parallel()
	r := newRig(t, local.Pool(1), func(dir string) []*eventplugin.Spec {
		return []*eventplugin.Spec{self(dir, "trace", eventplugin.Filter("start", "double.on_res*"))}
	})
	r.submitAtStart(1)
	r.run()
	require.Equal(t, []string{"on_start", "on_result 1 2", "summary exhausted 1"}, slices.DeleteFunc(r.lines("trace"),
		func(l string) bool { return strings.HasPrefix(l, "on_future_") || strings.HasPrefix(l, "on_done") }))
}

func TestNothingStartsWithABadPlugin(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spec *eventplugin.Spec
		text string
	}{
		"missing attribute": {eventplugin.Self("strict"), "set-up of the plugin failed: configuration: port is missing: it takes a whole number"},
		"unknown attribute": {eventplugin.Self("strict", eventplugin.Config(map[string]any{"prot": 1, "port": 2})), `there is no attribute "prot": there are port`},
		"wrong type":        {eventplugin.Self("strict", eventplugin.Config(map[string]any{"port": "x"})), `port: "x" is no whole number`},
		"no duration":       {eventplugin.Self("slow", eventplugin.Config(map[string]any{"nap": "long"})), `nap: "long" is no duration`},
		"unknown part":      {eventplugin.Self("absent"), `this program offers no event plugin "absent"`},
		"no executable":     {eventplugin.Plugin("/no/such"), "no such executable"},
		"permission":        {eventplugin.Self("slow", eventplugin.Allow("fly")), `there is nothing called "fly" to allow: there are submit, cancel, stop, emit`},
		"pattern":           {eventplugin.Self("slow", eventplugin.Filter("[")), `filter "[" is no pattern`},
		"flush":             {eventplugin.Self("slow", eventplugin.FlushWithin(-1)), "-1ns to flush is out of range"},
		"stall":             {eventplugin.Self("slow", eventplugin.StallAfter(-1)), "a stall limit of -1ns is out of range"},
		"start timeout":     {eventplugin.Self("slow", eventplugin.StartTimeout(-1)), "a start timeout of -1ns is out of range"},
		"nil":               {nil, "a plugin is nil"},
		"config":            {eventplugin.Self("slow", eventplugin.Config(func() {})), "its configuration does not encode as JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			started := false
			r := newRig(t, local.Pool(1), func(dir string) []*eventplugin.Spec { return []*eventplugin.Spec{self(dir, "trace"), c.spec} })
			r.OnStart.Do(func() { started = true })
			_, err := r.Run(t.Context())
			require.ErrorContains(t, err, c.text)
			require.False(t, started)
		})
	}
	t.Run("two of one name", func(t *testing.T) {
		t.Parallel()
		r := newRig(t, local.Pool(1), func(dir string) []*eventplugin.Spec {
			return []*eventplugin.Spec{self(dir, "trace"), self(dir, "trace")}
		})
		_, err := r.Run(t.Context())
		require.ErrorContains(t, err, `two plugins are called "trace"`)
	})
	t.Run("optional", func(t *testing.T) {
		t.Parallel()
		r := newRig(t, local.Pool(1), func(dir string) []*eventplugin.Spec {
			return []*eventplugin.Spec{eventplugin.Self("strict", eventplugin.Optional()), self(dir, "trace")}
		})
		r.run()
		require.Contains(t, r.logs.String(), "event plugin not attached")
		require.Equal(t, "on_start", r.lines("trace")[0])
	})
}

// TestPluginsLearnHowTheHostStands holds a call until a plugin has heard that it
// runs, and the run until another one has died and come back.
func TestPluginsLearnHowTheHostStands(t *testing.T) {
	t.Parallel()
	r := newRig(t, local.Pool(1), func(dir string) []*eventplugin.Spec {
		return []*eventplugin.Spec{self(dir, "watchman"), self(dir, "crasher")}
	})
	heard := filepath.Join(r.dir, "watchman once")
	hold := scheduler.NewTask(r.Scheduler, task.New("hold", func(ctx context.Context, _ int) (int, error) {
		for {
			if _, err := os.Stat(heard); err == nil {
				return 0, nil
			}
			select {
			case <-time.After(time.Millisecond):
			case <-ctx.Done():
				return 0, context.Cause(ctx)
			}
		}
	}))
	r.OnStart.Do(func() {
		for range 2 {
			_, err := hold.Submit(1)
			require.NoError(t, err)
		}
		for range 60 {
			_, err := r.double.Submit(1)
			require.NoError(t, err)
		}
	})
	r.double.OnResult.Do(func(scheduler.Result[int]) {
		for r.hub.Reports()[1].Restarts == 0 {
			<-time.After(time.Millisecond)
		}
	}, event.Every(60))
	_, err := r.double.Submit(1)
	require.ErrorIs(t, err, scheduler.ErrNotRunning)
	r.run()
	require.Equal(t, []string{"62 of 1, 1 run, oldest true",
		fmt.Sprintf("0 of 1, 0 run, [{double not running 1}] refused, record %[1]d of %[1]d", r.hub.Reports()[0].Emitted),
		"watchman: self true, lost false, missed 0, restarts 0", "crasher: self false, lost false, missed 0, restarts 1",
	}, r.lines("watchman"))
}

// TestConfigurationIsTheStructThatDeclaresIt has a plugin write in its own
// configuration's words what it was given.
func TestConfigurationIsTheStructThatDeclaresIt(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]func(path string) any{
		"struct":  func(path string) any { return setting{File: path, Nap: 90 * time.Second} },
		"pointer": func(path string) any { return &setting{File: path, Nap: 90 * time.Second} },
		"map":     func(path string) any { return map[string]any{"file": path, "nap": "1m30s"} },
		"JSON":    func(path string) any { return json.RawMessage(fmt.Sprintf(`{"file": %q, "nap": "90s"}`, path)) },
		"untagged": func(path string) any {
			return struct {
				Path string `json:"file"`
				Nap  string `json:"nap"`
			}{path, "90s"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, local.Pool(1), func(dir string) []*eventplugin.Spec {
				return []*eventplugin.Spec{eventplugin.Self("echo", eventplugin.Config(config(filepath.Join(dir, "echo"))))}
			})
			r.run()
			require.Equal(t, []string{"1m30s"}, r.lines("echo"))
		})
	}
	t.Run("what is needed is given although it is zero", func(t *testing.T) {
		t.Parallel()
		r := newRig(t, local.Pool(1), func(string) []*eventplugin.Spec {
			return []*eventplugin.Spec{eventplugin.Self("strict", eventplugin.Config(struct {
				Port int `hcl:"port"`
			}{}))}
		})
		r.run()
	})
}

func TestRunAgainAndStay(t *testing.T) {
	t.Parallel()
	r := newRig(t, local.Pool(1), func(dir string) []*eventplugin.Spec {
		return []*eventplugin.Spec{self(dir, "trace", eventplugin.Stay())}
	})
	defer r.hub.Close()
	r.submitAtStart(1)
	r.run()
	first := r.hub.Reports()[0].PID
	r.run()
	require.Equal(t, first, r.hub.Reports()[0].PID)
	require.Len(t, slices.DeleteFunc(r.lines("trace"), func(l string) bool { return l != "on_start" }), 2)
}
