package status_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/status"
	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/framework/view"
)

// sleeper takes so many seconds, and fails for 13.
var sleeper = task.New("sleeper", func(ctx context.Context, seconds int) (int, error) {
	task.ReportProgress(ctx, 1, 2, "asleep")
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

func quiet(e scheduler.Executor) *scheduler.Scheduler {
	return scheduler.New(e, scheduler.Name("night"), scheduler.Logger(slog.New(slog.DiscardHandler)))
}

func lenient() []scheduler.RunOption {
	return []scheduler.RunOption{scheduler.ExceptionPolicy(scheduler.Continue), scheduler.CancellationPolicy(scheduler.Continue)}
}

// TestLook follows a run from before its start to its end.
func TestLook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := quiet(local.Pool(2))
		w := status.New(s)
		require.Same(t, s, w.Scheduler())
		tsk := scheduler.NewTask(s, sleeper)
		run := w.Look(false)
		require.Equal(t, view.NotStarted, run.Phase)
		require.Zero(t, run.Elapsed)
		require.Zero(t, run.Started)

		began := time.Now()
		require.NoError(t, s.Start(t.Context(), append(lenient(), scheduler.KeepRunning())...))
		for range 8 {
			_, err := tsk.Submit(10)
			require.NoError(t, err)
		}
		synctest.Wait()
		run = w.Look(false)
		require.Equal(t, "night", run.Name)
		require.Equal(t, view.Running, run.Phase)
		require.Equal(t, began, run.Started)
		require.Equal(t, view.Counts{Submitted: 8, Running: 2, Waiting: 6}, run.Counts)
		require.Zero(t, run.Total, "more may come")
		require.Nil(t, run.Tree)
		require.Len(t, run.Workers, 2)
		for i, worker := range run.Workers {
			require.Equal(t, view.Worker{Executor: "pool", Number: i, State: view.WorkerBusy, Task: "sleeper", Future: worker.Future, Attempt: 1,
				Progress: &view.Progress{Done: 1, Total: 2, Text: "asleep"}, CPU: -1, RSS: -1}, worker)
		}

		time.Sleep(11 * time.Second)
		synctest.Wait()
		run = w.Look(true)
		require.Equal(t, 11*time.Second, run.Elapsed)
		require.Equal(t, view.Counts{Submitted: 8, Running: 2, Waiting: 4, Results: 2}, run.Counts)
		require.Equal(t, time.Second, run.Workers[0].For)
		require.EqualValues(t, 8, run.Total)
		require.InDelta(t, 2.0/11, run.Rate, 0.02)
		require.InDelta(t, 6/run.Rate, run.Left.Seconds(), 0.001)
		require.Equal(t, "night", run.Tree.Name)
		require.Len(t, run.Tasks, 1)
		require.Equal(t, run.Counts, run.Tasks[0].Counts)
		require.InDelta(t, 10, run.Tasks[0].P50.Seconds(), 0.1)

		s.Pause()
		require.True(t, w.Look(false).Paused)
		require.Zero(t, w.Look(false).Left, "it takes for ever")
		s.Resume()
		bad, err := tsk.Submit(13)
		require.NoError(t, err)
		synctest.Wait()
		require.Zero(t, w.Look(false).Total)
		time.Sleep(50 * time.Second)
		synctest.Wait()
		run = w.Look(false)
		require.Len(t, run.Failures, 1)
		require.Equal(t, bad.ID(), run.Failures[0].Future)
		require.Equal(t, "sleeper", run.Failures[0].Task)
		require.Contains(t, run.Failures[0].Error, "bad luck")

		_, err = tsk.Submit(10)
		require.NoError(t, err)
		synctest.Wait()
		s.Stop()
		synctest.Wait()
		require.Equal(t, view.Draining, w.Look(false).Phase)
		require.EqualValues(t, 10, w.Look(false).Total, "nothing is accepted any more")
		_, err = s.Wait()
		require.NoError(t, err)
		time.Sleep(time.Hour)
		run = w.Look(false)
		require.Equal(t, view.Ended, run.Phase)
		require.Less(t, run.Elapsed, 5*time.Minute)
		require.Equal(t, "stopped: stopped by Scheduler.Stop", run.Exit)
		require.Equal(t, view.Counts{Submitted: 10, Results: 9, Exceptions: 1}, run.Counts)
		for _, worker := range run.Workers {
			require.Equal(t, view.WorkerIdle, worker.State)
		}
	})
}

// TestRunIsJSON: what is read back is what was written, and no list is null.
func TestRunIsJSON(t *testing.T) {
	t.Parallel()
	s := quiet(local.Sequential())
	scheduler.NewTask(s, sleeper)
	w := status.New(s)
	_, err := s.Run(t.Context(), lenient()...)
	require.NoError(t, err)
	for _, tree := range []bool{false, true} {
		run := w.Look(tree)
		text, err := json.Marshal(run)
		require.NoError(t, err)
		require.NotContains(t, string(text), "null")
		var back view.Run
		require.NoError(t, json.Unmarshal(text, &back))
		run.Taken, run.Started = run.Taken.Round(0).UTC(), run.Started.Round(0).UTC()
		back.Taken, back.Started = back.Taken.UTC(), back.Started.UTC()
		require.Equal(t, run, back)
	}
}

// TestManyTasks: those with the most to do are told of, in order.
func TestManyTasks(t *testing.T) {
	t.Parallel()
	s := quiet(local.Sequential())
	s.Pause()
	const all = 10_000
	w := status.New(s)
	require.NoError(t, s.Start(t.Context(), append(lenient(), scheduler.KeepRunning())...))
	for i := range all {
		tsk := scheduler.NewTask(s, task.New(fmt.Sprintf("t%04d", i), func(context.Context, int) (int, error) { return 0, nil }))
		if i >= all-50 {
			_, err := tsk.Submit(0)
			require.NoError(t, err)
		}
	}
	require.Eventually(t, func() bool { return w.Look(false).Counts.Submitted == 50 }, 10*time.Second, time.Millisecond)
	run := w.Look(false)
	require.Len(t, run.Tasks, 100)
	require.Equal(t, all-100, run.TasksLeftOut)
	require.Equal(t, "t0000", run.Tasks[0].Name)
	require.Equal(t, "t0049", run.Tasks[49].Name)
	require.Equal(t, "t9950", run.Tasks[50].Name)
	require.EqualValues(t, 1, run.Tasks[50].Counts.Waiting)
	s.Kill("enough", nil)
	_, err := s.Wait()
	require.NoError(t, err)
}

// TestFailuresAreBounded: the latest are told, and not all of a long text.
func TestFailuresAreBounded(t *testing.T) {
	t.Parallel()
	s := quiet(local.Sequential())
	fail := scheduler.NewTask(s, task.New("fail", func(_ context.Context, n int) (int, error) {
		return 0, fmt.Errorf("%d %s", n, strings.Repeat("é", 10_000))
	}))
	w := status.New(s)
	s.OnStart.Do(func() {
		for n := range 50 {
			_, err := fail.Submit(n)
			require.NoError(t, err)
		}
	})
	_, err := s.Run(t.Context(), lenient()...)
	require.NoError(t, err)
	run := w.Look(false)
	require.Len(t, run.Failures, 16)
	require.Contains(t, run.Failures[15].Error, "49 é")
	require.Contains(t, run.Failures[0].Error, "34 é")
	require.LessOrEqual(t, len(run.Failures[0].Error), 2010)
	require.True(t, strings.HasSuffix(run.Failures[0].Error, "é…"))
}

// TestAnotherRun: the time is that of the run, whichever it is.
func TestAnotherRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := quiet(local.Sequential())
		tsk := scheduler.NewTask(s, sleeper)
		w := status.New(s)
		for n := range 2 {
			s.OnStart.Do(func() { tsk.Submit(5) })
			_, err := s.Run(t.Context(), lenient()...)
			require.NoError(t, err)
			require.Equal(t, time.Duration(n+1)*5*time.Second, w.Look(false).Elapsed)
		}
	})
}
