package metrics_test

import (
	"bufio"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// client keeps no connections, whose goroutines would outlast a test.
var client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

func get(t *testing.T, url, accept string) (body, contentType string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	req.Header.Set("Accept", accept)
	resp, err := client.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, resp.StatusCode, "%s", data)
	return string(data), resp.Header.Get("Content-Type")
}

var (
	// totals are series that never fall.
	totals = regexp.MustCompile(`^signalbox_\w+(_total|_count|_sum|_bucket)\b`)
	// looseTask are those of calls without a task, and others without one.
	looseTask = regexp.MustCompile(`task=""`)
	events    = regexp.MustCompile(`^signalbox_events_`)
)

// series are values by the name of a metric and its labels, as in the text
// format: without the label run, which all have.
type series map[string]float64

// scrape reads a page of metrics.
func scrape(t *testing.T, url string) series {
	t.Helper()
	body, _ := get(t, url, "text/plain")
	return parse(t, body)
}

func parse(t *testing.T, text string) series {
	t.Helper()
	out := series{}
	for lines := bufio.NewScanner(strings.NewReader(text)); lines.Scan(); {
		line := lines.Text()
		if strings.HasPrefix(line, "#") {
			continue
		}
		i := strings.LastIndexByte(line, ' ')
		v, err := strconv.ParseFloat(line[i+1:], 64)
		if err != nil {
			require.FailNow(t, "no number", "%s", line)
		}
		name := line[:i]
		if strings.HasPrefix(name, "signalbox_") {
			name = withoutRun(t, name)
		}
		if _, twice := out[name]; twice {
			require.FailNow(t, "a series is there twice", "%s", name)
		}
		out[name] = v
	}
	return out
}

// withoutRun takes the label run out of a series, which has to have it.
func withoutRun(t *testing.T, name string) string {
	t.Helper()
	i := strings.Index(name, `run="`)
	if i < 0 || strings.Contains(name, `job="`) || strings.Contains(name, `instance="`) {
		require.FailNow(t, "wrong labels", "%s", name)
	}
	n := i + len(`run="`) + strings.IndexByte(name[i+len(`run="`):], '"') + 1
	before, after := name[:i], strings.TrimPrefix(name[n:], ",")
	if before = strings.TrimSuffix(before, ","); after == "}" && strings.HasSuffix(before, "{") {
		return strings.TrimSuffix(before, "{")
	}
	if after != "}" && !strings.HasSuffix(before, "{") {
		before += ","
	}
	return before + after
}

// has requires some of the series, and that there are no others of the metrics
// that these are of.
func (s series) has(t *testing.T, want series) {
	t.Helper()
	got, of := series{}, map[string]bool{}
	for name := range want {
		metric, _, _ := strings.Cut(name, "{")
		of[metric] = true
	}
	for name, v := range s {
		if metric, _, _ := strings.Cut(name, "{"); of[metric] {
			got[name] = v
		}
	}
	require.Equal(t, want, got)
}
