package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/extension/retry"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/framework/view"
)

// TestProgressIsShown looks at two calls that run, the first long before those at
// the end of the queue, and at what is left when they have ended.
func TestProgressIsShown(t *testing.T) {
	t.Parallel()
	told, release := make(chan struct{}), make(chan struct{})
	s := scheduler.New(local.Pool(2))
	fit := scheduler.NewTask(s, task.New("fit", func(ctx context.Context, n int) (int, error) {
		if n < 2 {
			task.ReportProgress(ctx, float64(n+3), 10, fmt.Sprintf("epoch %d", n+3))
			told <- struct{}{}
			<-release
		}
		return n, nil
	}))
	require.NoError(t, s.Start(t.Context()))
	for n := range 2 {
		_, err := fit.Submit(n)
		require.NoError(t, err)
		<-told
	}
	both := s.Snapshot().Queue
	require.Empty(t, both.Reporting, "they are among the last")
	require.Equal(t, view.Future{ID: 2, Task: "fit", State: "running", Input: "1", Progress: &view.Progress{Done: 4, Total: 10, Text: "epoch 4"}}, both.Last[1])
	for n := range 7 {
		_, err := fit.Submit(n + 2)
		require.NoError(t, err)
	}
	snapshot := s.Snapshot()
	require.Equal(t, []view.Future{
		{ID: 1, Task: "fit", State: "running", Input: "0", Progress: &view.Progress{Done: 3, Total: 10, Text: "epoch 3"}},
		{ID: 2, Task: "fit", State: "running", Input: "1", Progress: &view.Progress{Done: 4, Total: 10, Text: "epoch 4"}},
	}, snapshot.Queue.Reporting)
	require.Len(t, snapshot.Queue.Last, 5)
	require.Contains(t, snapshot.String(), "running #1 fit(0)  3/10 epoch 3 ")
	close(release)
	_, err := s.Wait()
	require.NoError(t, err)
	require.Empty(t, s.Snapshot().Queue.Reporting)
}

// TestProgressIsThatOfTheAttempt: what an attempt before has said is not shown.
func TestProgressIsThatOfTheAttempt(t *testing.T) {
	t.Parallel()
	began, release := make(chan struct{}), make(chan struct{})
	s := scheduler.New(local.Pool(1))
	fit := scheduler.NewTask(s, task.New("fit", func(ctx context.Context, _ int) (int, error) {
		if info, _ := task.InfoFrom(ctx); info.Attempt == 1 {
			task.ReportProgress(ctx, 9, 10, "")
			return 0, errors.New("once more")
		}
		began <- struct{}{}
		<-release
		task.ReportProgress(ctx, 1, 10, "")
		began <- struct{}{}
		<-release
		return 1, nil
	}), retry.New(retry.Backoff(time.Millisecond, time.Millisecond)))
	require.NoError(t, s.Start(t.Context()))
	_, err := fit.Submit(0)
	require.NoError(t, err)
	<-began
	require.Equal(t, "running", s.Snapshot().Queue.Last[0].State)
	require.Nil(t, s.Snapshot().Queue.Last[0].Progress)
	release <- struct{}{}
	<-began
	require.Equal(t, &view.Progress{Done: 1, Total: 10}, s.Snapshot().Queue.Last[0].Progress)
	release <- struct{}{}
	_, err = s.Wait()
	require.NoError(t, err)
}
