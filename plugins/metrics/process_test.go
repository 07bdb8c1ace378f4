//go:build linux

package metrics_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/eventplugin"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/internal/testlog"
	"github.com/signalbox-go/signalbox/plugins/metrics"
	"github.com/signalbox-go/signalbox/sdk"
)

// rig is a scheduler with the plugin in a process of its own.
type rig struct {
	*scheduler.Scheduler
	t    *testing.T
	hub  *eventplugin.Hub
	half *scheduler.Task[int, int]
	logs *testlog.Buffer
}

// config is the plugin's configuration by words; metrics.Config is another.
type config map[string]any

func newRig(t *testing.T, c any, opts ...eventplugin.Option) *rig {
	t.Helper()
	if words, ok := c.(config); ok && words["listen"] == nil {
		words["listen"] = ":0"
	}
	r := &rig{t: t, logs: &testlog.Buffer{}, hub: eventplugin.New(eventplugin.Self("metrics", append(opts, eventplugin.Config(c))...))}
	r.Scheduler = scheduler.New(local.Pool(2), scheduler.Name("test"), scheduler.Observed(r.hub), scheduler.Logger(slog.New(slog.NewTextHandler(r.logs, nil))))
	r.half = scheduler.NewTask(r.Scheduler, half)
	t.Cleanup(func() {
		r.hub.Close()
		if t.Failed() {
			t.Log(r.logs)
		}
	})
	return r
}

var half = task.New("half", func(_ context.Context, x int) (int, error) {
	switch {
	case x%10 == 7:
		return 0, sdk.WithKind("seven", errors.New("it ends in 7"))
	case x%2 == 1:
		return 0, errors.New("odd")
	}
	return x / 2, nil
})

func (r *rig) start(opts ...scheduler.RunOption) {
	r.t.Helper()
	require.NoError(r.t, r.Start(r.t.Context(), append([]scheduler.RunOption{scheduler.ExceptionPolicy(scheduler.Continue),
		scheduler.CancellationPolicy(scheduler.Continue)}, opts...)...))
}

func (r *rig) submit(n int) {
	r.t.Helper()
	for x := range n {
		_, err := r.half.Submit(x)
		require.NoError(r.t, err)
	}
}

func (r *rig) wait() {
	r.t.Helper()
	_, err := r.Wait()
	require.NoError(r.t, err)
}

// url is that of the page, as it was logged last.
func (r *rig) url() (url string) {
	r.t.Helper()
	require.Eventually(r.t, func() bool {
		all := served.FindAllString(r.logs.String(), -1)
		if len(all) > 0 {
			url = all[len(all)-1]
		}
		return url != ""
	}, patience, time.Millisecond)
	return url
}

// requireTotals requires that totals are those of the scheduler.
func (r *rig) requireTotals(got series) {
	r.t.Helper()
	want := series{}
	for task, s := range map[string]scheduler.Counts{"half": r.half.Stats().Counts} {
		want[fmt.Sprintf(`signalbox_tasks_submitted_total{task=%q}`, task)] = float64(s.Submitted)
		for outcome, n := range map[string]uint64{"result": s.Results, "exception": s.Exceptions, "cancelled": s.Cancelled} {
			want[fmt.Sprintf(`signalbox_tasks_finished_total{outcome=%q,task=%q}`, outcome, task)] = float64(n)
		}
	}
	for name, em := range map[string]*event.Emitter{"": r.Emitter(), "half": r.half.Emitter()} {
		for _, e := range em.Events() {
			want[fmt.Sprintf(`signalbox_events_emitted_total{event=%q,task=%q}`, e.Name, name)] = float64(e.Count)
		}
	}
	got.has(r.t, want)
}

// pid is that of the plugin's process, which lives.
func (r *rig) pid() (pid int) {
	r.t.Helper()
	require.Eventually(r.t, func() bool {
		pid = r.hub.Reports()[0].PID
		return pid > 0 && syscall.Kill(pid, 0) == nil
	}, patience, time.Millisecond)
	return pid
}

// TestFaultTotalsThroughDeathsOfThePlugin kills the plugin's process over and over
// while calls run, and scrapes: nothing ever falls, and the end is exact.
func TestFaultTotalsThroughDeathsOfThePlugin(t *testing.T) {
	t.Parallel()
	r := newRig(t, config{"linger": "1m"})
	r.start(scheduler.KeepRunning())
	url := r.url()
	// A process that dies before it has acknowledged anything leaves nothing.
	require.Eventually(t, func() bool { return r.hub.Reports()[0].Acknowledged > 0 }, patience, time.Millisecond)
	last := series{}
	for round := range 3 {
		r.submit(2000)
		event.Emit(r.Scheduler, event.New[int]("mine"), round)
		pid := r.pid()
		require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
		require.Eventually(t, func() bool { return r.hub.Reports()[0].Restarts == round+1 && r.hub.Reports()[0].PID != pid }, patience, time.Millisecond)
		now := series{}
		require.Eventually(t, func() bool {
			resp, err := client.Get(url)
			if err == nil {
				resp.Body.Close()
				now = scrape(t, url)
			}
			return err == nil
		}, patience, time.Millisecond)
		for name, v := range last {
			if totals.MatchString(name) {
				require.GreaterOrEqual(t, now[name], v, name)
			}
		}
		last = now
	}
	require.Equal(t, url, r.url())
	r.Stop()
	end := lingering(t, r)
	r.requireTotals(end)
	end.has(t, series{`signalbox_task_exceptions_total{kind="seven",task="half"}`: 600, `signalbox_task_exceptions_total{kind="error",task="half"}`: 2400})
	end.has(t, series{
		`signalbox_plugin_up{plugin="metrics"}`:              1,
		`signalbox_plugin_restarts_total{plugin="metrics"}`:  3,
		`signalbox_plugin_missed_total{plugin="metrics"}`:    0,
		`signalbox_plugin_event_lag{plugin="metrics"}`:       0,
		`signalbox_runs_ended_total{exit="stopped"}`:         1,
		`signalbox_task_duration_seconds_count{task="half"}`: 6000,
		`signalbox_queue_depth`:                              0,
		`signalbox_tasks_running`:                            0,
		`signalbox_workers{state="idle"}`:                    2,
		`signalbox_workers{state="busy"}`:                    0,
		`signalbox_run_phase{phase="finished"}`:              1,
		`signalbox_run_phase{phase="finishing"}`:             0,
		`signalbox_run_phase{phase="running"}`:               0,
		`signalbox_run_phase{phase="starting"}`:              0,
	})
}

// lingering scrapes a page that stays, and requires that the run ends with
// that.
func lingering(t *testing.T, r *rig) series {
	t.Helper()
	require.Eventually(t, func() bool { return bytes.Contains([]byte(r.logs.String()), []byte("stays until it has been scraped")) }, patience, time.Millisecond)
	end := scrape(t, r.url())
	r.wait()
	_, err := client.Get(r.url())
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
	require.NotContains(t, r.logs.String(), "nobody has scraped")
	return end
}

// TestGapsLeaveTotalsExact stops the plugin's process while more happens than
// the host's log holds.
func TestGapsLeaveTotalsExact(t *testing.T) {
	t.Parallel()
	r := newRig(t, config{"linger": "1m"}, eventplugin.FlushWithin(patience))
	r.start(scheduler.KeepRunning())
	r.submit(100)
	r.url()
	pid := r.pid()
	require.NoError(t, syscall.Kill(pid, syscall.SIGSTOP))
	require.Eventually(t, func() bool {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		return err == nil && bytes.Contains(stat, []byte(") T "))
	}, patience, time.Millisecond)
	r.submit(2000) // more than are on their way to it at a time
	loose, err := scheduler.Submit(r.Scheduler, half, 1)
	require.NoError(t, err)
	_, err = loose.Wait(t.Context())
	require.Error(t, err)
	cancelled, err := r.half.Submit(2)
	require.NoError(t, err)
	cancelled.Cancel(nil)
	mine, told := event.NewSignal("mine"), make(chan struct{})
	event.OnSignal(r.Scheduler, mine, func() { close(told) }, event.Every(eventplugin.LogRecords))
	for range eventplugin.LogRecords {
		event.EmitSignal(r.Scheduler, mine)
	}
	<-told
	r.Stop()
	_ = syscall.Kill(pid, syscall.SIGCONT) // on a slow machine it is dead by now, as one that hangs
	end := lingering(t, r)
	require.NotZero(t, end["signalbox_gaps_total"])
	require.NotZero(t, end[`signalbox_plugin_missed_total{plugin="metrics"}`])
	require.Equal(t, end[`signalbox_tasks_finished_total{outcome="exception",task="half"}`],
		end[`signalbox_task_exceptions_total{kind="missed",task="half"}`]+end[`signalbox_task_exceptions_total{kind="seven",task="half"}`]+
			end[`signalbox_task_exceptions_total{kind="error",task="half"}`])
	require.Equal(t, 1.0, end[`signalbox_tasks_submitted_total{task=""}`])
	require.Equal(t, 1.0, end[`signalbox_tasks_finished_total{outcome="exception",task=""}`])
	for name := range end {
		if looseTask.MatchString(name) && !events.MatchString(name) {
			delete(end, name)
		}
	}
	r.requireTotals(end)
}

func TestRefusedCallsAreCounted(t *testing.T) {
	t.Parallel()
	r := newRig(t, config{"linger": "1m"})
	_, err := r.half.Submit(1)
	require.ErrorIs(t, err, scheduler.ErrNotRunning)
	r.OnStart.Do(func() { r.submit(10) })
	r.start()
	go func() { _, _ = r.Wait() }() // so that it ends of itself
	lingering(t, r).has(t, series{`signalbox_tasks_refused_total{reason="not running",task="half"}`: 1, `signalbox_runs_ended_total{exit="exhausted"}`: 1})
}

// TestLingerEnds has nobody scrape.
func TestLingerEnds(t *testing.T) {
	t.Parallel()
	r := newRig(t, metrics.Config{Listen: ":0", Linger: 50 * time.Millisecond})
	r.start()
	r.wait()
	require.Contains(t, r.logs.String(), "stays until it has been scraped once more")
	require.Contains(t, r.logs.String(), "nobody has scraped the metrics after the end of the run")
}

// TestOnlyTheFinalScrapeEndsLingering scrapes while the run goes on, and reads
// the list after it.
func TestOnlyAScrapeAfterTheRunEndsLingering(t *testing.T) {
	t.Parallel()
	r := newRig(t, config{"linger": "1m"})
	r.start(scheduler.KeepRunning())
	url := r.url()
	scrape(t, url)
	r.Stop()
	require.Eventually(t, func() bool { return bytes.Contains([]byte(r.logs.String()), []byte("stays until it has been scraped")) }, patience, time.Millisecond)
	get(t, url[:len(url)-len("metrics")], "")
	resp, err := client.Head(url)
	require.NoError(t, err)
	resp.Body.Close()
	lingering(t, r)
}

func TestTextfile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "test.prom")
	r := newRig(t, config{"textfile": file})
	r.OnStart.Do(func() { r.submit(100) })
	r.start()
	r.wait()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	got := parse(t, string(data))
	r.requireTotals(got)
	for name := range got {
		require.Contains(t, name, "signalbox_", "node_exporter has the others itself")
	}
	entries, err := os.ReadDir(filepath.Dir(file))
	require.NoError(t, err)
	require.Len(t, entries, 1)
}

// TestOnePageServesManyRuns has the plugin stay.
func TestOnePageServesManyRuns(t *testing.T) {
	t.Parallel()
	r := newRig(t, config{"linger": "1m"}, eventplugin.Stay())
	r.OnStart.Do(func() { r.submit(100) })
	for n := range 3 {
		r.start()
		r.wait()
		got := scrape(t, r.url())
		require.Equal(t, float64(100*(n+1)), got[`signalbox_tasks_submitted_total{task="half"}`])
		got.has(t, series{`signalbox_runs_ended_total{exit="exhausted"}`: float64(n + 1)})
		require.Equal(t, 1.0, got[`signalbox_run_phase{phase="finished"}`])
		r.requireTotals(got)
	}
	require.Len(t, served.FindAllString(r.logs.String(), -1), 1)
	r.hub.Close()
	_, err := client.Get(r.url())
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
}

// TestMistakesKeepTheRunFromStarting are found at set-up.
func TestMistakesKeepTheRunFromStarting(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { taken.Close() })
	folder := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(folder, "x.prom"), 0o700))
	for text, c := range map[string]config{
		fmt.Sprintf("configuration: listen: the page cannot be served: listen tcp %s: bind: address already in use", taken.Addr()): {"listen": taken.Addr().String()},
		`configuration: listen: "9464" is no address: it must be a port, as in ":9464", or a host and a port`:                      {"listen": "9464"},
		`configuration: listen: "http" is no port`:                                                                            {"listen": ":http"},
		`configuration: listen: "65536" is no port`:                                                                           {"listen": ":65536"},
		`configuration: listen: 0.0.0.0:0 can be reached from other machines: if that is meant, set expose = true`:            {"listen": "0.0.0.0:0"},
		`configuration: listen: somewhere:1 can be reached from other machines`:                                               {"listen": "somewhere:1"},
		`configuration: listen: localhost:0 is an address that no other machine reaches: leave out either the host or expose`: {"listen": "localhost:0", "expose": true},
		`configuration: linger: -1s is out of range: it must not be negative`:                                                 {"linger": "-1s"},
		`configuration: linger: "long" is no duration`:                                                                        {"linger": "long"},
		`does not end in .prom: node_exporter reads no other files`:                                                           {"textfile": filepath.Join(folder, "x.txt")},
		`x.prom is no regular file`:                                                                                           {"textfile": filepath.Join(folder, "x.prom")},
		`configuration: textfile: it cannot be written: open ` + filepath.Join(folder, "absent"):                              {"textfile": filepath.Join(folder, "absent", "y.prom")},
		`there is no attribute "port": there are listen, expose, linger, textfile`:                                            {"port": 1},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, c)
			_, err := r.Run(t.Context())
			require.ErrorContains(t, err, text)
		})
	}
}

// TestAddresses are those that a page has.
func TestAddresses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config config
		url    string
	}{
		"a port alone":   {config{"listen": ":0"}, `http://127\.0\.0\.1:\d+/metrics`},
		"this machine":   {config{"listen": "localhost:0"}, `http://(127\.0\.0\.1|\[::1\]):\d+/metrics`},
		"of this alone":  {config{"listen": "127.0.0.2:0"}, `http://127\.0\.0\.2:\d+/metrics`},
		"all":            {config{"listen": ":0", "expose": true}, `http://(\[::\]|0\.0\.0\.0):\d+/metrics`},
		"all by address": {config{"listen": "0.0.0.0:0", "expose": true}, `http://(\[::\]|0\.0\.0\.0):\d+/metrics`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, c.config)
			r.start(scheduler.KeepRunning())
			require.Eventually(t, func() bool { return bytes.Contains([]byte(r.logs.String()), []byte("metrics are served")) }, patience, time.Millisecond)
			require.Regexp(t, `url=`+c.url+`\b`, r.logs.String())
			r.Stop()
			r.wait()
		})
	}
}
