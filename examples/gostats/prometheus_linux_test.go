//go:build prometheus

package gostats_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/internal/testlog"
)

// written is what a program prints while it runs.
type written struct{ testlog.Buffer }

// find waits for a text and returns what the pattern's group matches.
func (w *written) find(t *testing.T, pattern string) (found string) {
	t.Helper()
	require.Eventually(t, func() bool {
		m := regexp.MustCompile(pattern).FindStringSubmatch(w.String())
		if m != nil {
			found = m[1]
		}
		return m != nil
	}, limit, time.Millisecond, "%s\n%s", pattern, w)
	return found
}

// fetch keeps no connections, whose goroutines would outlast a test.
func fetch(t *testing.T, url string) []byte {
	t.Helper()
	c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := c.Get(url)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, resp.StatusCode, "%s", body)
	return body
}

// server is a Prometheus that scrapes one page.
type server struct{ address string }

func startPrometheus(t *testing.T, target string) *server {
	t.Helper()
	folder := t.TempDir()
	config := filepath.Join(folder, "prometheus.yml")
	require.NoError(t, os.WriteFile(config, []byte(fmt.Sprintf(
		"scrape_configs:\n- job_name: signalbox\n  scrape_interval: 200ms\n  scrape_timeout: 200ms\n  static_configs:\n  - targets: [%q]\n", target)), 0o600))
	out := &written{}
	cmd := exec.Command("prometheus", "--config.file", config, "--storage.tsdb.path", filepath.Join(folder, "data"), "--web.listen-address", "127.0.0.1:0")
	cmd.Stdout, cmd.Stderr = out, out
	require.NoError(t, cmd.Start(), "this test needs the programs prometheus and promtool, as in Debian's package prometheus")
	t.Cleanup(func() {
		require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
		require.NoError(t, cmd.Wait(), "%s", out)
	})
	s := &server{out.find(t, `msg="Listening on" address=(127\.0\.0\.1:\d+)`)}
	out.find(t, `msg="(Server is ready)`)
	return s
}

// sample is one series of an answer.
type sample struct {
	labels map[string]string
	value  float64
}

// query evaluates an expression.
func (s *server) query(t *testing.T, expression string) (out []sample) {
	t.Helper()
	var answer struct {
		Status string
		Data   struct {
			Result []struct {
				Metric map[string]string
				Value  [2]any
			}
		}
	}
	require.NoError(t, json.Unmarshal(fetch(t, "http://"+s.address+"/api/v1/query?query="+url.QueryEscape(expression)), &answer))
	require.Equal(t, "success", answer.Status)
	for _, r := range answer.Data.Result {
		v, err := strconv.ParseFloat(r.Value[1].(string), 64)
		require.NoError(t, err)
		out = append(out, sample{r.Metric, v})
	}
	return out
}

// last returns the last value of one series, wherever its page is by now.
func (s *server) last(t *testing.T, series string) float64 {
	t.Helper()
	samples := s.query(t, "last_over_time("+series+"[1h])")
	require.Len(t, samples, 1, series)
	return samples[0].value
}

// TestPrometheusAgreesWithTheSummary has the real server scrape the example's
// job, in which the metrics' process is killed.
func TestPrometheusAgreesWithTheSummary(t *testing.T) {
	t.Parallel()
	plugin, err := filepath.Abs("plugin")
	require.NoError(t, err)
	job, err := os.ReadFile("job.hcl")
	require.NoError(t, err)
	jobFile := filepath.Join(t.TempDir(), "job.hcl")
	require.NoError(t, os.WriteFile(jobFile, []byte(strings.Replace(string(job), `"./plugin"`, fmt.Sprintf("%q", plugin), 1)+`
attach "metrics" {
  config {
    listen = ":0"
    linger = "90s"
  }
}
`), 0o600))

	root, files := workOf(t, 100)
	r := newRun(t, jobFile, "--workers", "1", "--var", "root="+root)
	log := &written{}
	r.Stderr = log
	require.NoError(t, r.Start())
	page := log.find(t, `msg="metrics are served" .*url=http://(127\.0\.0\.1:\d+)/metrics`)
	prometheus := startPrometheus(t, page)
	require.Eventually(t, func() bool {
		done := prometheus.query(t, `signalbox_tasks_finished_total{outcome="result"} > 0`)
		return len(done) == 1
	}, limit, 10*time.Millisecond)

	check := exec.Command("promtool", "check", "metrics")
	check.Stdin = bytes.NewReader(fetch(t, "http://"+page+"/metrics"))
	said, err := check.CombinedOutput()
	require.NoError(t, err, "%s", said)
	require.Empty(t, string(said))

	pid, err := strconv.Atoi(log.find(t, `msg="metrics are served" plugin=metrics pid=(\d+)`))
	require.NoError(t, err)
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	r.exits(t, 0, r.Wait())

	var sum struct {
		Tasks   map[string]struct{ Submitted, Results, Exceptions, Cancelled float64 }
		Events  map[string]float64
		Workers struct{ Started, Lost float64 }
		Plugins map[string]struct{ Restarts, Missed, Undelivered float64 }
	}
	data, err := os.ReadFile(r.summary)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &sum))
	count := sum.Tasks["count"]
	require.Len(t, files, int(count.Results))
	require.Equal(t, 1.0, sum.Plugins["metrics"].Restarts, "it was killed while the run went on")

	// The page was left when the server had asked for it, and had not yet kept
	// it.
	require.Eventually(t, func() bool {
		return len(prometheus.query(t, `last_over_time(signalbox_run_phase{phase="finished"}[1h]) == 1`)) == 1
	}, limit, 10*time.Millisecond)
	want := map[string]float64{
		`signalbox_tasks_submitted_total{task="count"}`:                     count.Submitted,
		`signalbox_tasks_finished_total{task="count",outcome="result"}`:     count.Results,
		`signalbox_tasks_finished_total{task="count",outcome="exception"}`:  count.Exceptions,
		`signalbox_tasks_finished_total{task="count",outcome="cancelled"}`:  count.Cancelled,
		`signalbox_task_duration_seconds_count{task="count"}`:               count.Results,
		`signalbox_task_duration_seconds_bucket{task="count",le="+Inf"}`:    count.Results,
		`signalbox_workers_started_total`:                                   sum.Workers.Started,
		`signalbox_workers_lost_total`:                                      sum.Workers.Lost,
		`signalbox_plugin_restarts_total{plugin="metrics"}`:                 1,
		`signalbox_events_emitted_total{task="count",event="on_submitted"}`: count.Submitted,
	}
	require.NotEmpty(t, sum.Events)
	for name, n := range sum.Events {
		want[fmt.Sprintf(`signalbox_events_emitted_total{task="",event=%q}`, name)] = n
	}
	for series, n := range want {
		require.Equal(t, n, prometheus.last(t, series), series)
	}
	names := prometheus.query(t, `count by (__name__) (last_over_time({__name__=~"signalbox_.*(_total|_count|_sum|_bucket)"}[1h]))`)
	require.Greater(t, len(names), 10)
	for _, name := range names {
		for _, s := range prometheus.query(t, "resets("+name.labels["__name__"]+"[1h])") {
			require.Zero(t, s.value, "%v of %v fell", s.labels, name.labels)
			require.Equal(t, []string{"gostats", "signalbox", page}, []string{s.labels["run"], s.labels["job"], s.labels["instance"]})
			require.NotContains(t, s.labels, "exported_job")
		}
	}
}
