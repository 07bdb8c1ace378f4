package scheduler_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

func TestDispatchIsPausedWhileAnybodyHoldsIt(t *testing.T) {
	t.Parallel()

	var told []bool
	e := &byHand{pausing: func(paused bool) { told = append(told, paused) }}
	one, two := &watcher{}, &watcher{}
	s := quiet(e, scheduler.Observed(one), scheduler.Observed(two))
	require.False(t, s.Paused())
	mustRun(t, s) // in which the observers get their hold
	s.Pause()
	s.Pause()
	one.tap.Pause(true)
	two.tap.Pause(true)
	s.Resume()
	require.True(t, s.Paused())
	one.tap.Pause(false)
	one.tap.Pause(false)
	require.True(t, s.Paused())
	two.tap.Pause(false)
	require.False(t, s.Paused())
	s.Resume()
	require.Equal(t, []bool{true, false}, told, "executors are told of changes")
}

func TestNothingBeginsWhileDispatchIsPaused(t *testing.T) {
	t.Parallel()

	for name, e := range map[string]scheduler.Executor{"pool": local.Pool(2), "sequential": local.Sequential()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			synctest.Test(t, func(t *testing.T) {
				s := quiet(e)
				double := doubleTask(s)
				s.Pause() // also before the run
				mustStart(t, s, scheduler.CancellationPolicy(scheduler.Continue))
				futures := []*scheduler.Future[int]{mustSubmit(t, double, 1), mustSubmit(t, double, 2)}
				synctest.Wait()
				require.Equal(t, scheduler.Pending, futures[0].State())
				require.True(t, futures[1].Cancel(), "as ever")
				_, err := futures[1].Wait(t.Context())
				require.ErrorIs(t, err, scheduler.ErrCancelled)
				s.Stop() // which waits for the other
				synctest.Wait()
				require.Equal(t, scheduler.Pending, futures[0].State())
				require.Zero(t, s.OnFinished.Count())
				s.Resume()
				v, err := futures[0].Wait(t.Context())
				require.NoError(t, err)
				require.Equal(t, 2, v)
				mustWait(t, s)

				s.Pause()
				mustStart(t, s, scheduler.CancellationPolicy(scheduler.Continue))
				waiting := mustSubmit(t, double, 3)
				s.Kill("enough", nil)
				mustWait(t, s)
				require.Equal(t, scheduler.Cancelled, waiting.State(), "a pause does not keep it from being killed")
			})
		})
	}
}
