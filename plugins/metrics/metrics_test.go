package metrics_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/plugins/metrics"
	"github.com/signalbox-go/signalbox/sdk"
	"github.com/signalbox-go/signalbox/sdk/sdktest"
)

// patience bounds what should take milliseconds, on a busy machine.
const patience = 60 * time.Second

var served = regexp.MustCompile(`http://127\.0\.0\.1:\d+/metrics`)

// attach attaches the plugin to a run that the test makes up.
func attach(t *testing.T) *sdktest.Attachment {
	t.Helper()
	return sdktest.Host{Config: metrics.Config{Listen: ":0"}}.Attach(t, metrics.Plugin())
}

// pageOf returns where the first process of the plugin says that its page is.
func pageOf(t *testing.T, p *sdktest.Attachment) string {
	t.Helper()
	return pageOfProcess(t, p, 1)
}

// pageOfProcess does the same for the n-th process, once it has come.
func pageOfProcess(t *testing.T, p *sdktest.Attachment, n int) (url string) {
	t.Helper()
	require.Eventually(t, func() bool {
		said := 0
		for _, l := range p.Logs() {
			if l.Message == "metrics are served" {
				url = served.FindString(fmt.Sprint(l))
				said++
			}
		}
		return said >= n
	}, patience, time.Millisecond)
	return url
}

func TestWhatHappensIsCounted(t *testing.T) {
	t.Parallel()
	p := attach(t)
	url := pageOf(t, p)
	scrape(t, url).has(t, series{`signalbox_run_phase{phase="starting"}`: 1, `signalbox_run_phase{phase="running"}`: 0,
		`signalbox_run_phase{phase="finishing"}`: 0, `signalbox_run_phase{phase="finished"}`: 0})
	p.Start()
	for range 4 {
		p.Submit("resize", "a")
	}
	p.Submit("crop", "b")
	p.Tell(sdk.Record{Kind: sdk.KindResult, Future: sdk.FutureInfo{Task: "resize", Elapsed: 50 * time.Microsecond, Wait: 5 * time.Second}})
	p.Tell(sdk.Record{Kind: sdk.KindException, Future: sdk.FutureInfo{Task: "resize", Elapsed: 30 * time.Hour, Wait: time.Millisecond},
		Err: sdk.WithKind("disk-full", errors.New("no space"))})
	p.Tell(sdk.Record{Kind: sdk.KindException, Future: sdk.FutureInfo{Task: "resize"}, Err: errors.New("nobody knows how long")})
	p.Tell(sdk.Record{Kind: sdk.KindCancelled, Future: sdk.FutureInfo{Task: "crop"}})
	p.Emit("call-limit-reached", 5)
	p.Emit("call-limit-reached", 6)

	got := scrape(t, url)
	got.has(t, series{
		`signalbox_tasks_submitted_total{task="resize"}`:                      4,
		`signalbox_tasks_submitted_total{task="crop"}`:                        1,
		`signalbox_tasks_finished_total{outcome="result",task="resize"}`:      1,
		`signalbox_tasks_finished_total{outcome="exception",task="resize"}`:   2,
		`signalbox_tasks_finished_total{outcome="cancelled",task="resize"}`:   0,
		`signalbox_tasks_finished_total{outcome="result",task="crop"}`:        0,
		`signalbox_tasks_finished_total{outcome="exception",task="crop"}`:     0,
		`signalbox_tasks_finished_total{outcome="cancelled",task="crop"}`:     1,
		`signalbox_task_exceptions_total{kind="disk-full",task="resize"}`:     1,
		`signalbox_task_exceptions_total{kind="error",task="resize"}`:         1,
		`signalbox_run_phase{phase="starting"}`:                               0,
		`signalbox_run_phase{phase="running"}`:                                1,
		`signalbox_run_phase{phase="finishing"}`:                              0,
		`signalbox_run_phase{phase="finished"}`:                               0,
		`signalbox_task_duration_seconds_count{task="resize"}`:                2,
		`signalbox_task_duration_seconds_count{task="crop"}`:                  0,
		`signalbox_task_duration_seconds_sum{task="resize"}`:                  108_000.00005,
		`signalbox_task_duration_seconds_sum{task="crop"}`:                    0,
		`signalbox_task_queue_wait_seconds_sum{task="resize"}`:                5.001,
		`signalbox_task_queue_wait_seconds_sum{task="crop"}`:                  0,
		`signalbox_events_emitted_total{event="call-limit-reached",task=""}`:  2,
		`signalbox_events_emitted_total{event="on_start",task=""}`:            1,
		`signalbox_events_emitted_total{event="on_finishing",task=""}`:        0,
		`signalbox_events_emitted_total{event="on_finished",task=""}`:         0,
		`signalbox_events_emitted_total{event="on_stop",task=""}`:             0,
		`signalbox_events_emitted_total{event="on_timeout",task=""}`:          0,
		`signalbox_events_emitted_total{event="on_empty",task=""}`:            0,
		`signalbox_events_emitted_total{event="on_future_submitted",task=""}`: 5,
		`signalbox_events_emitted_total{event="on_future_done",task=""}`:      3,
		`signalbox_events_emitted_total{event="on_future_result",task=""}`:    1,
		`signalbox_events_emitted_total{event="on_future_exception",task=""}`: 2,
		`signalbox_events_emitted_total{event="on_future_cancelled",task=""}`: 1,
		`signalbox_events_emitted_total{event="on_submitted",task="resize"}`:  4,
		`signalbox_events_emitted_total{event="on_done",task="resize"}`:       3,
		`signalbox_events_emitted_total{event="on_result",task="resize"}`:     1,
		`signalbox_events_emitted_total{event="on_exception",task="resize"}`:  2,
		`signalbox_events_emitted_total{event="on_cancelled",task="resize"}`:  0,
		`signalbox_events_emitted_total{event="on_submitted",task="crop"}`:    1,
		`signalbox_events_emitted_total{event="on_done",task="crop"}`:         0,
		`signalbox_events_emitted_total{event="on_result",task="crop"}`:       0,
		`signalbox_events_emitted_total{event="on_exception",task="crop"}`:    0,
		`signalbox_events_emitted_total{event="on_cancelled",task="crop"}`:    1,
		`signalbox_gaps_total`: 0,
	})
	for le, n := range map[string]float64{"0.0001": 1, "0.0003": 1, "10000": 1, "+Inf": 2} {
		require.Equal(t, n, got[`signalbox_task_duration_seconds_bucket{task="resize",le="`+le+`"}`], le)
	}
	for le, n := range map[string]float64{"0.0003": 0, "0.001": 1, "3": 1, "10": 2} {
		require.Equal(t, n, got[`signalbox_task_queue_wait_seconds_bucket{task="resize",le="`+le+`"}`], le)
	}
	require.InDelta(t, time.Now().Unix(), got["signalbox_run_start_timestamp_seconds"], patience.Seconds())
	require.NotZero(t, got["go_goroutines"])
	require.NotZero(t, got["process_start_time_seconds"])
}

// TestWhatIsMissedIsCounted loses records of all kinds, of a task that is known
// and one that is not.
func TestWhatIsMissedIsCounted(t *testing.T) {
	t.Parallel()
	p := attach(t)
	happen := func() {
		p.Result("resize", 1)
		p.Exception("new.task", errors.New("no"))
		p.Submit("new.task", 1)
		p.Tell(sdk.Record{Kind: sdk.KindCancelled, Future: sdk.FutureInfo{Task: "new.task"}})
		p.Emit("mine", nil)
		p.Emit("dotted.name", nil)
		p.Tell(sdk.Record{Kind: sdk.KindEmitted, Task: "resize", Name: "half"})
	}
	heard := attach(t)
	p.Start()
	p.Submit("resize", 1)
	p.Miss(happen)
	p.Submit("new.task", 1)

	missed := p
	p = heard
	p.Start()
	p.Submit("resize", 1)
	happen()
	p.Submit("new.task", 1)

	want, got := scrape(t, pageOf(t, heard)), scrape(t, pageOf(t, missed))
	require.Equal(t, 1.0, got["signalbox_gaps_total"])
	require.Equal(t, 1.0, got[`signalbox_task_exceptions_total{kind="missed",task="new.task"}`])
	require.Equal(t, 1.0, got[`signalbox_events_emitted_total{event="dotted.name",task=""}`])
	require.Equal(t, 1.0, got[`signalbox_events_emitted_total{event="half",task="resize"}`])
	compared := 0
	for name := range want {
		if strings.HasPrefix(name, "signalbox_tasks_") || strings.HasPrefix(name, "signalbox_events_") {
			require.Equal(t, want[name], got[name], name)
			compared++
		}
	}
	require.Greater(t, compared, 20)
}

func TestPhasesThatAreMissed(t *testing.T) {
	t.Parallel()
	p := attach(t)
	p.Miss(p.Start)
	require.Equal(t, 1.0, scrape(t, pageOf(t, p))[`signalbox_run_phase{phase="running"}`])
}

// TestANewProcessGoesOn has processes die before they could acknowledge.
func TestANewProcessGoesOn(t *testing.T) {
	t.Parallel()
	p := attach(t)
	url := pageOf(t, p)
	p.Start()
	for range 10 {
		p.Result("resize", 1)
	}
	p.Exception("resize", errors.New("no"))
	p.Emit("mine", nil)
	p.Miss(func() { p.Result("resize", 1) })
	p.Result("resize", 1)
	before := scrape(t, url)
	for i, records := range []int{0, 1, 9} { // the last time all behind the tenth result

		p.Restart(records)
		require.Equal(t, url, pageOfProcess(t, p, i+2))
		after := scrape(t, url)
		for name, v := range before {
			if strings.HasPrefix(name, "signalbox_") {
				require.Equal(t, v, after[name], name)
			}
		}
	}
	p.Result("resize", 1)
	require.Equal(t, 13.0, scrape(t, url)[`signalbox_tasks_finished_total{outcome="result",task="resize"}`])
}

func TestLabelsAreBounded(t *testing.T) {
	t.Parallel()
	p := attach(t)
	submit := func(from, to int) {
		for i := from; i < to; i++ {
			p.Submit(fmt.Sprintf("a task with quite a long name, which is number %d", i), 1)
			p.Emit(fmt.Sprintf("an event with quite a long name, which is number %d", i), nil)
		}
	}
	for i := range 50 {
		p.Exception("a task with quite a long name, which is number 7", sdk.WithKind(fmt.Sprint("kind ", i), errors.New("no")))
	}
	p.Miss(func() { submit(0, 1000) }) // which takes less time
	submit(1000, 1010)
	got := scrape(t, pageOf(t, p))
	require.Equal(t, 10.0, got[`signalbox_tasks_submitted_total{task="other"}`])
	require.Equal(t, 10.0, got[`signalbox_events_emitted_total{event="other",task=""}`])
	require.Equal(t, 18.0, got[`signalbox_task_exceptions_total{kind="other",task="a task with quite a long name, which is number 7"}`])
	var state json.RawMessage
	p.Checkpoint(&state)
	require.Less(t, len(state), 1<<20/2, "there is room for larger numbers")
	p.Restart(5)
	require.Equal(t, 10.0, scrape(t, pageOfProcess(t, p, 2))[`signalbox_tasks_submitted_total{task="other"}`])
}

func TestPagesAreWhatPrometheusExpects(t *testing.T) {
	t.Parallel()
	p := attach(t)
	url := pageOf(t, p)
	p.Start()
	p.Result("resize", 1)
	p.Exception("resize", errors.New("no"))
	body, contentType := get(t, url, "text/plain")
	require.Contains(t, contentType, "text/plain; version=0.0.4")
	problems, err := promlint.New(strings.NewReader(body)).Lint()
	require.NoError(t, err)
	require.Empty(t, problems)

	body, contentType = get(t, url, "application/openmetrics-text; version=1.0.0")
	require.Contains(t, contentType, "application/openmetrics-text; version=1.0.0")
	require.True(t, strings.HasSuffix(body, "# EOF\n"))
	require.Contains(t, body, "# TYPE signalbox_tasks_submitted counter\n")
}

// TestIndexListsEveryMetric compares the list with what is scraped.
func TestIndexListsEveryMetric(t *testing.T) {
	t.Parallel()
	p := attach(t)
	url := pageOf(t, p)
	p.Start()
	p.Exception("resize", errors.New("no"))
	body, _ := get(t, url, "text/plain")
	list, contentType := get(t, strings.TrimSuffix(url, "metrics"), "")
	require.Equal(t, "text/html; charset=utf-8", contentType)
	types := regexp.MustCompile(`(?m)^# TYPE (\S+) (\S+)$`).FindAllStringSubmatch(body, -1)
	require.Greater(t, len(types), 40)
	for _, m := range types {
		require.Contains(t, list, fmt.Sprintf("<code>%s</code></td><td>%s</td>", m[1], m[2]))
	}
	row := regexp.MustCompile(`<code>(signalbox_\S+)</code></td><td>(\S+)</td><td>(\S+)</td><td>(.+?)</td><td>(.+?)</td>`)
	rows := row.FindAllStringSubmatch(list, -1)
	require.Len(t, rows, strings.Count(list, "<code>signalbox_"), "each has a type, a unit, labels and a text")
	require.Contains(t, list, "<code>signalbox_tasks_finished_total</code></td><td>counter</td><td>calls</td><td>run, task, outcome</td>")
	require.Contains(t, list, "<code>process_resident_memory_bytes</code></td><td>gauge</td><td>bytes</td>")
	for _, m := range regexp.MustCompile(`(?m)^(signalbox_\w+?)(_bucket|_sum|_count)?\{(.*)\}`).FindAllStringSubmatch(body, -1) {
		for _, l := range regexp.MustCompile(`(\w+)="`).FindAllStringSubmatch(m[3], -1) {
			if l[1] != "le" {
				require.Regexp(t, `<code>`+m[1]+`</code></td><td>\w+</td><td>\w+</td><td>[^<]*\b`+l[1]+`\b`, list)
			}
		}
	}
}
