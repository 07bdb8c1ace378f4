package monitor_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/monitor"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

func watched(m *monitor.Monitor, workers int) *scheduler.Scheduler {
	return scheduler.New(local.Pool(workers), scheduler.Observed(m), scheduler.Logger(slog.New(slog.DiscardHandler)))
}

// sleeper takes so many seconds, and fails for 13.
var sleeper = task.New("sleeper", func(ctx context.Context, seconds int) (int, error) {
	select {
	case <-time.After(time.Duration(seconds) * time.Second):
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
	if seconds == 13 {
		return 0, errors.New("bad luck")
	}
	return seconds, nil
})

func TestSamples(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := monitor.New()
		require.Empty(t, m.Samples())
		s := watched(m, 2)
		tsk := scheduler.NewTask(s, sleeper)
		require.NoError(t, s.Start(t.Context(), scheduler.KeepRunning(), scheduler.ExceptionPolicy(scheduler.Continue), scheduler.CancellationPolicy(scheduler.Continue)))
		begun := time.Now()
		var futures []*scheduler.Future[int]
		for i, seconds := range []int{10, 13, 20, 30} {
			f, err := tsk.Submit(seconds)
			require.NoError(t, err)
			futures = append(futures, f)
			time.Sleep(time.Duration(i) * time.Millisecond) // not synchronisation: tells samples apart
			synctest.Wait()
		}
		futures[3].Cancel()
		<-futures[2].Done()
		s.Stop()
		_, err := s.Wait()
		require.NoError(t, err)
		samples := m.Samples()
		last := samples[len(samples)-1]
		require.Equal(t, monitor.Sample{Time: last.Time, Idle: 2, Finished: 3, Cancelled: 1}, last)
		at := func(d time.Duration) (found monitor.Sample) {
			for _, s := range samples {
				if s.Time.Sub(begun) <= d {
					found = s
				}
			}
			found.Time = time.Time{}
			return found
		}
		require.Equal(t, monitor.Sample{Idle: 2}, func() monitor.Sample { s := samples[0]; s.Time = time.Time{}; return s }())
		require.Equal(t, monitor.Sample{Queue: 3, Running: 2, Cancelled: 1}, at(9*time.Second))
		require.Equal(t, 1, at(9*time.Second).Waiting())
		require.Equal(t, monitor.Sample{Queue: 1, Running: 1, Idle: 1, Finished: 2, Cancelled: 1}, at(15*time.Second))
		require.Equal(t, monitor.Totals{Submitted: 4, Finished: 3, Cancelled: 1, PeakQueue: 4, Samples: 10}, m.Totals())

		var text bytes.Buffer
		require.NoError(t, m.WriteCSV(&text))
		rows, err := csv.NewReader(&text).ReadAll()
		require.NoError(t, err)
		require.Len(t, rows, 11)
		require.Equal(t, []string{"time", "elapsed_s", "queue", "running", "waiting", "idle", "finished", "cancelled"}, rows[0])
		require.Equal(t, []string{last.Time.UTC().Format(time.RFC3339Nano), rows[10][1], "0", "0", "0", "2", "3", "1"}, rows[10])
		require.ErrorContains(t, m.WriteCSV(broken{}), "monitor: samples cannot be written: no room")
	})
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("no room") }

// However long a run, memory is bounded, totals are exact, and the samples that
// are kept are spread over all of it.
func TestLongRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := monitor.New()
		s := watched(m, 1)
		tsk := scheduler.NewTask(s, echo)
		ctx := t.Context()
		require.NoError(t, s.Start(ctx, scheduler.KeepRunning()))
		begun := time.Now()
		for i := range 10_000 {
			if i >= 5000 { // at first all at once, then one a second
				time.Sleep(time.Second) // not synchronisation: the bubble's time
			}
			_, err := tsk.Call(ctx, i)
			require.NoError(t, err)
		}
		synctest.Wait()
		during := m.Samples()
		require.EqualValues(t, 10_000, during[len(during)-1].Finished, "the last is always there")
		s.Stop()
		_, err := s.Wait()
		require.NoError(t, err)
		n := m.Totals()
		require.EqualValues(t, 10_000, n.Finished)
		require.EqualValues(t, 20_002, n.Samples)
		samples := m.Samples()
		require.LessOrEqual(t, len(samples), 4096)
		require.Greater(t, len(samples), 1000)
		require.EqualValues(t, 10_000, samples[len(samples)-1].Finished)
		for i, s := range samples[1:] {
			require.LessOrEqual(t, s.Time.Sub(samples[i].Time), 10*time.Second)
			require.GreaterOrEqual(t, s.Finished, samples[i].Finished)
		}
		require.GreaterOrEqual(t, samples[len(samples)-1].Time.Sub(begun), 5000*time.Second)
	})
}

func TestOneMonitorForEachScheduler(t *testing.T) {
	t.Parallel()
	m := monitor.New()
	s := watched(m, 1)
	for range 2 { // runs
		_, err := s.Run(t.Context())
		require.NoError(t, err)
	}
	_, err := watched(m, 1).Run(t.Context())
	require.ErrorContains(t, err, "monitor: it watches another scheduler already: make one for each")
}
