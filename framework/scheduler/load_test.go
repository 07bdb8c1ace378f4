package scheduler_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

func TestLoadTellsWhatRunsAndWaits(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		s := quiet(local.Pool(2), scheduler.Observed(&watcher{}))
		require.Equal(t, scheduler.Load{}, s.Load())
		began := make(chan struct{}, 4)
		hold := scheduler.NewTask(s, task.New("hold", untilCancelled(began)))
		mustStart(t, s, scheduler.CancellationPolicy(scheduler.Continue))
		futures := []*scheduler.Future[int]{mustSubmit(t, hold, 1), mustSubmit(t, hold, 2)}
		<-began
		<-began
		time.Sleep(time.Second)
		require.Equal(t, scheduler.Load{Queue: 2, Running: 2}, s.Load())
		busy, workers := s.Busy()
		require.Equal(t, []int{2, 2}, []int{busy, workers})
		futures = append(futures, mustSubmit(t, hold, 3))
		time.Sleep(time.Minute)
		futures = append(futures, mustSubmit(t, hold, 4))
		time.Sleep(time.Second)
		require.Equal(t, scheduler.Load{Queue: 4, Running: 2, Oldest: 61 * time.Second}, s.Load())
		for _, f := range futures {
			f.Cancel(errors.New("enough"))
		}
		mustWait(t, s)
		require.Equal(t, scheduler.Load{}, s.Load())
		busy, _ = s.Busy()
		require.Zero(t, busy)
	})
}

func TestLoadWithoutObserversTellsNoTimes(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		s := pool(1)
		began := make(chan struct{}, 2)
		hold := scheduler.NewTask(s, task.New("hold", untilCancelled(began)))
		mustStart(t, s, scheduler.CancellationPolicy(scheduler.Continue))
		first, second := mustSubmit(t, hold, 1), mustSubmit(t, hold, 2)
		<-began
		time.Sleep(time.Minute)
		require.Equal(t, scheduler.Load{Queue: 2, Running: 1}, s.Load())
		second.Cancel(nil)
		first.Cancel(nil)
		mustWait(t, s)
	})
}
