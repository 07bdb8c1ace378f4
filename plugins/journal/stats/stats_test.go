package stats_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/plugins/journal/reader"
	"github.com/signalbox-go/signalbox/plugins/journal/stats"
)

// written is a journal that a test writes.
type written struct {
	strings.Builder
	seq int
	run string
	at  time.Time
}

// add adds a line, so long after the last one.
func (w *written) add(later time.Duration, typ, rest string) {
	w.seq++
	w.at = w.at.Add(later)
	if rest != "" {
		rest = "," + rest
	}
	fmt.Fprintf(w, `{"specversion":"1.0","source":"/signalbox/%s","run":"%s","type":"io.github.signalbox-go.%s","id":"%d","sequence":"%d","time":"%s"%s}`+"\n",
		w.run, w.run, typ, w.seq, w.seq, w.at.Format(time.RFC3339Nano), rest)
}

func (w *written) future(typ, task string, n int, elapsed time.Duration, data string) {
	events := map[string]string{"submitted": "on_future_submitted,on_submitted", "result": "on_future_done,on_future_result,on_done,on_result",
		"exception": "on_future_done,on_future_exception,on_done,on_exception", "cancelled": "on_future_cancelled,on_cancelled"}[typ]
	rest := fmt.Sprintf(`"task":"%s","future":"%d","events":"%s","data":%s`, task, n, events, data)
	if elapsed > 0 {
		rest += fmt.Sprintf(`,"elapsed":"%.9f","wait":"0.000000005"`, elapsed.Seconds())
	}
	w.add(time.Millisecond, typ, rest)
}

func (w *written) stats(t *testing.T) []*stats.Run {
	t.Helper()
	path := filepath.Join(t.TempDir(), "j")
	require.NoError(t, os.WriteFile(path, []byte(w.String()), 0o600))
	j, err := reader.Open(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, j.Close()) }()
	runs, err := stats.Of(j)
	require.NoError(t, err)
	return runs
}

func newWritten(run string) *written {
	return &written{run: run, at: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
}

func TestOutcomesByTask(t *testing.T) {
	t.Parallel()
	w := newWritten("a")
	w.add(0, "run", `"data":{"name":"a"}`)
	w.add(time.Second, "start", `"events":"on_start"`)
	for i := 1; i <= 20; i++ {
		w.future("submitted", "x", i, 0, "null")
	}
	for i := 1; i <= 10; i++ {
		w.future("result", "x", i, time.Duration(i)*time.Millisecond, "null")
	}
	w.future("cancelled", "x", 11, 0, `{"kind":"cancelled","message":"no more"}`)
	w.future("exception", "x", 12, time.Hour, `{"kind":"error","message":"row 7 of \"a.csv\" is bad"}`)
	w.future("exception", "x", 13, 1, `{"kind":"error","message":"row 18 of \"b.csv\" is bad"}`)
	w.future("exception", "x", 14, 1, `{"kind":"panic","message":"row 18 of \"b.csv\" is bad"}`)
	w.add(0, "emitted", `"events":"comm-message","task":"x"`)
	w.add(0, "emitted", `"events":"mine, too"`)
	w.add(0, "worker", `"worker":1,"data":{"executor":"p","state":"ready","pid":7}`)
	w.add(0, "worker", `"worker":1,"data":{"executor":"p","state":"lost","pid":7,"error":"gone"}`)
	w.add(0, "gap", `"data":{"first":1,"last":2,"missed":{"on_start":1}}`)
	w.add(0, "summary", `"data":{"exit":"exhausted","elapsed_s":1.5,"records":40}`)
	w.run, w.seq = "b", 0
	w.add(0, "start", `"events":"on_start"`)

	runs := w.stats(t)
	require.Len(t, runs, 2)
	a, b := runs[0], runs[1]
	require.Equal(t, []any{"b", uint64(1), (*reader.Summary)(nil)}, []any{b.Name, b.Records, b.Summary})
	require.Equal(t, "exhausted", a.Summary.Exit)
	require.Equal(t, []reader.Gap{{First: 1, Last: 2, Missed: map[string]uint64{"on_start": 1}}}, a.Gaps)
	x := a.Tasks["x"]
	require.Equal(t, []uint64{20, 10, 3, 1, 6}, []uint64{x.Submitted, x.Results, x.Exceptions, x.Cancelled, x.Open()})
	require.Equal(t, int64(13), x.Elapsed.Count())
	require.Equal(t, time.Hour, x.Elapsed.Max())
	require.InDelta(t, 5*time.Millisecond, x.Elapsed.Quantile(50), float64(100*time.Microsecond))
	require.Equal(t, stats.Slow{Task: "x", Future: 12, Elapsed: 3600, Outcome: "exception"}, a.Slowest[0])
	require.Equal(t, stats.Slow{Task: "x", Future: 10, Elapsed: 0.01, Outcome: "result"}, a.Slowest[1])
	require.Len(t, a.Slowest, 10)
	require.Equal(t, []stats.Errors{{Task: "x", Kind: "error", Count: 2, Future: 12, Sample: `row 7 of "a.csv" is bad`},
		{Task: "x", Kind: "panic", Count: 1, Future: 14, Sample: `row 18 of "b.csv" is bad`}}, a.Errors)
	require.Equal(t, map[string]uint64{"on_start": 1, "on_future_submitted": 20, "x.on_submitted": 20, "on_future_done": 13, "on_future_result": 10, "x.on_done": 13,
		"x.on_result": 10, "on_future_exception": 3, "x.on_exception": 3, "on_future_cancelled": 1, "x.on_cancelled": 1, "x.comm-message": 1, "mine, too": 1}, a.Events)
	require.Equal(t, uint64(1), a.Workers.Ready)
	require.Equal(t, "gone", a.Workers.Lost[0].Error)

	data, err := json.Marshal(a)
	require.NoError(t, err)
	require.Contains(t, string(data), `"elapsed":{"count":13,"mean_s":`)
	require.Contains(t, string(data), `"started":"2026-01-02T03:04:05Z"`)
}

func TestTheTimelineGetsCoarser(t *testing.T) {
	t.Parallel()
	w := newWritten("a")
	w.add(0, "start", `"events":"on_start"`)
	const n = 5000
	for i := 1; i <= n; i++ {
		if i%10 == 0 {
			w.future("exception", "x", i, 1, `{"kind":"error","message":"no"}`)
			continue
		}
		w.future("result", "x", i, 1, "1")
	}
	l := w.stats(t)[0].Timeline
	require.InDelta(t, 0.256, l.Width, 1e-9)
	require.Len(t, l.Buckets, 20)
	var ended, failed uint64
	for _, b := range l.Buckets[:19] {
		require.InDelta(t, 256, b.Ended, 1)
		require.InDelta(t, 26, b.Failed, 1)
	}
	for _, b := range l.Buckets {
		ended += b.Ended
		failed += b.Failed
	}
	require.Equal(t, []uint64{n, n / 10}, []uint64{ended, failed})
}

func TestWhatIsKeptIsBounded(t *testing.T) {
	t.Parallel()
	w := newWritten("a")
	for i := range 1200 {
		w.future("exception", fmt.Sprintf("task %d", i%1100), i+1, 1, `{"kind":"error","message":"no"}`)
		w.add(0, "worker", `"worker":1,"data":{"executor":"p","state":"lost","pid":7}`)
	}
	r := w.stats(t)[0]
	require.Len(t, r.Errors, 1000)
	require.Equal(t, uint64(100), r.OtherErrors)
	require.Equal(t, uint64(2), r.Errors[0].Count)
	require.Len(t, r.Workers.Lost, 100)
	require.Equal(t, uint64(1100), r.Workers.OtherLost)
}

func TestDataOfAnotherKindIsAnError(t *testing.T) {
	t.Parallel()
	for _, typ := range []string{"exception", "worker", "gap", "summary"} {
		w := newWritten("a")
		w.add(0, typ, `"data":"x"`)
		path := filepath.Join(t.TempDir(), "j")
		require.NoError(t, os.WriteFile(path, []byte(w.String()), 0o600))
		j, err := reader.Open(path)
		require.NoError(t, err)
		_, err = stats.Of(j)
		require.ErrorContains(t, err, "the data of "+typ+" 1: json: cannot unmarshal")
		require.NoError(t, j.Close())
	}
}
