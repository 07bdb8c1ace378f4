package benchmarks_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/sdk"
)

var next = sdk.TaskFunc("next", func(_ context.Context, x int) (int, error) { return x + 1, nil })

func TestMain(m *testing.M) {
	if os.Getenv(rawCookie) != "" {
		serveRawPlugin()
		return
	}
	sdk.ServeIfPlugin(next)
	os.Exit(m.Run())
}

// rounds is how often ours and the peer's take turns; the median counts.
const rounds = 5

// BenchmarkFlood submits no-op tasks all at once to two workers, with four
// callbacks that count, and compares with raw go-plugin unary calls, 32 in
// flight over two processes. It reports both rates and their ratio.
func BenchmarkFlood(b *testing.B) {
	raw := startRawPool(b, 2)
	const rawCalls, calls = 20_000, 200_000
	for b.Loop() {
		var ours, peers []float64
		for range rounds {
			began := time.Now()
			if err := raw.run(rawCalls, 32); err != nil {
				b.Fatal(err)
			}
			peers = append(peers, rawCalls/time.Since(began).Seconds())
			rate, err := flood(calls)
			if err != nil {
				b.Fatal(err)
			}
			ours = append(ours, rate)
		}
		b.ReportMetric(median(ours), "tasks/s")
		b.ReportMetric(median(peers), "raw-calls/s")
		b.ReportMetric(median(ours)/median(peers), "ratio")
	}
}

// flood runs n tasks, all submitted in on_start, and returns their rate from
// the first submit to the last event.
func flood(n int) (float64, error) {
	s := scheduler.New(process.Self(2))
	t := scheduler.NewTask(s, next)
	var submitted, done, results, sum int
	var failure error
	var began, ended time.Time
	s.OnFutureSubmitted.Do(func(scheduler.FutureSubmitted) { submitted++ })
	s.OnFutureDone.Do(func(scheduler.FutureDone) { done++ })
	s.OnFutureResult.Do(func(scheduler.FutureResult) { results++ })
	t.OnResult.Do(func(e scheduler.Result[int]) { sum += e.Value })
	s.OnStart.Do(func() {
		began = time.Now()
		for i := range n {
			if _, err := t.Submit(i + 1); err != nil {
				failure = err
				return
			}
		}
	})
	s.OnEmpty.Do(func() { ended = time.Now() })
	if _, err := s.Run(context.Background()); err != nil {
		return 0, err
	}
	if failure != nil {
		return 0, failure
	}
	if want := n*(n+1)/2 + n; submitted != n || done != n || results != n || sum != want {
		return 0, fmt.Errorf("%d submitted, %d done, %d results, sum %d; expected %d each and %d", submitted, done, results, sum, n, want)
	}
	return float64(n) / ended.Sub(began).Seconds(), nil
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}
