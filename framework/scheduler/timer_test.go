package scheduler_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/scheduler"
)

func TestCallLater(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		s := pool(1)
		got := ""
		add := func(x string) func() { return func() { got += x } }
		var never *scheduler.Timer
		s.OnStart.Do(func() {
			for x, d := range map[string]time.Duration{"c": 3 * time.Second, "a": time.Second, "b": 2 * time.Second} {
				_, err := s.CallLater(d, add(x))
				require.NoError(t, err)
			}
			var err error
			never, err = s.CallLater(time.Second, add("never"))
			require.NoError(t, err)
			require.True(t, never.Cancel())
			require.False(t, never.Cancel())
			at, err := s.CallLater(0, add("0"))
			require.NoError(t, err)
			require.False(t, at.Cancel(), "it is about to be called")
		})
		mustRun(t, s, scheduler.KeepRunning(), scheduler.Timeout(2500*time.Millisecond))
		require.Equal(t, "0ab", got)
		time.Sleep(time.Hour)
		require.Equal(t, "0ab", got, "the end of the run cancels timers")
	})
}

func TestTimersNeedARun(t *testing.T) {
	t.Parallel()

	s := pool(1)
	_, err := s.CallLater(0, func() {})
	require.ErrorIs(t, err, scheduler.ErrNotRunning)
	require.EqualError(t, err, "scheduler: CallLater: not running")
	require.PanicsWithValue(t, "scheduler: CallLater needs a function, not nil", func() { _, _ = s.CallLater(0, nil) })
	s.OnFinishing.Do(func() { _, err = s.CallLater(0, func() {}) })
	mustRun(t, s)
	require.ErrorIs(t, err, scheduler.ErrNotRunning)
}

func TestATimerDoesNotKeepARunAlive(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		s := pool(1)
		var timer *scheduler.Timer
		s.OnStart.Do(func() { timer, _ = s.CallLater(time.Hour, func() { t.Error("called") }) })
		require.Zero(t, mustRun(t, s).Elapsed)
		time.Sleep(2 * time.Hour)
		require.False(t, timer.Cancel())
	})
}

func TestAPanickingTimerFallsUnderThePolicy(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		s := pool(1)
		s.OnStart.Do(func() { s.CallLater(time.Second, func() { panic(customError{"late"}) }) })
		exit, err := s.Run(t.Context(), scheduler.KeepRunning())
		require.ErrorIs(t, err, customError{"late"})
		require.EqualError(t, err, "function given to CallLater or OnDone panicked: late")
		require.Equal(t, scheduler.ExitException, exit.Code)
	})
}
