package scheduler_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

func TestStopTellsItsMessage(t *testing.T) {
	t.Parallel()

	s := pool(1)
	var told []scheduler.Stopped
	s.OnStop.Do(func(e scheduler.Stopped) { told = append(told, e) })
	s.OnStart.Do(s.Stop, event.Limit(1))
	exit := mustRun(t, s)
	require.Equal(t, []scheduler.Stopped{{Message: "stopped by Scheduler.Stop"}}, told)
	require.Equal(t, "stopped by Scheduler.Stop", exit.Message)
	require.Zero(t, s.OnEmpty.Count())
	s.Stop()
	s.StopWith("nobody runs", nil)
	s.Kill("nobody runs", nil)
	require.Equal(t, scheduler.ExitExhausted, mustRun(t, s).Code)
	require.Len(t, told, 1)
}

func TestStopWithAnErrorFollowsThePolicy(t *testing.T) {
	t.Parallel()

	why := errors.New("disk full")
	for policy, want := range map[scheduler.Action]scheduler.ExitCode{
		scheduler.Raise: scheduler.ExitStopped, scheduler.End: scheduler.ExitException, scheduler.Continue: scheduler.ExitStopped,
	} {
		s := pool(1)
		s.OnStart.Do(func() { s.StopWith("no room", why) })
		exit, err := s.Run(t.Context(), scheduler.ExceptionPolicy(policy))
		require.Equal(t, want, exit.Code, policy)
		require.Equal(t, why, exit.Err)
		require.Equal(t, "no room", exit.Message)
		if policy == scheduler.Raise {
			require.Equal(t, why, err)
		} else {
			require.NoError(t, err)
		}
	}
}

func TestStopCompletesWhatWasAccepted(t *testing.T) {
	t.Parallel()

	s := pool(2)
	double := doubleTask(s)
	mustStart(t, s)
	for i := range 100 {
		mustSubmit(t, double, i)
	}
	s.Stop()
	_, err := double.Submit(1)
	require.ErrorIs(t, err, scheduler.ErrNotRunning)
	require.False(t, s.Running())
	mustWait(t, s)
	require.Equal(t, scheduler.Counts{Submitted: 100, Results: 100, Refused: 1}, s.Counts())
}

func TestKillEndsWhatRunsAndWhatWaits(t *testing.T) {
	t.Parallel()

	for name, stop := range map[string]func(*scheduler.Scheduler, error){
		"at once":    func(s *scheduler.Scheduler, why error) { s.Kill("kill it", why) },
		"after Stop": func(s *scheduler.Scheduler, why error) { s.Stop(); s.Kill("kill it", why); s.Kill("again", nil) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := pool(1)
			began := make(chan struct{})
			block := scheduler.NewTask(s, task.New("block", untilCancelled(began)))
			mustStart(t, s, scheduler.ExceptionPolicy(scheduler.Continue))
			var futures []*scheduler.Future[int]
			for i := range 3 {
				futures = append(futures, mustSubmit(t, block, i))
			}
			<-began
			why := errors.New("enough")
			stop(s, why)
			exit := mustWait(t, s)
			require.Equal(t, scheduler.ExitStopped, exit.Code)
			for _, f := range futures {
				require.ErrorIs(t, f.Err(), why)
				require.Equal(t, scheduler.Cancelled, f.State())
			}
			require.Equal(t, scheduler.Counts{Submitted: 3, Cancelled: 3}, s.Counts())
			require.Equal(t, 1, s.OnFinished.Count())
		})
	}
}

func TestKillAtEndTellsWhy(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		s := pool(1)
		slow := scheduler.NewTask(s, task.New("slow", sleepRet))
		var f *scheduler.Future[float64]
		s.OnStart.Do(func() { f = mustSubmit(t, slow, 3600) })
		exit := mustRun(t, s, scheduler.Timeout(time.Second), scheduler.KillAtEnd())
		require.Equal(t, scheduler.Exit{Code: scheduler.ExitTimeout, Message: "the time of 1s was over", Elapsed: time.Second}, exit)
		require.EqualError(t, f.Err(), "future 1 of task slow was cancelled: the time of 1s was over")
	})
}

func TestTimeoutWaitsForWhatRuns(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		s := pool(1)
		slow := scheduler.NewTask(s, task.New("slow", sleepRet))
		s.OnStart.Do(func() { slow.Submit(10); slow.Submit(20) })
		exit := mustRun(t, s, scheduler.Timeout(time.Second))
		require.Equal(t, scheduler.ExitTimeout, exit.Code)
		require.Equal(t, 2, s.OnFutureResult.Count())
		require.Equal(t, 30*time.Second+2*time.Millisecond, exit.Elapsed)
		require.Equal(t, 1, s.OnTimeout.Count())
	})
}

func TestTimeoutCountsOnStart(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		s := pool(1)
		s.OnStart.Do(func() { time.Sleep(time.Minute) })
		exit := mustRun(t, s, scheduler.Timeout(time.Second), scheduler.KeepRunning())
		require.Equal(t, scheduler.ExitTimeout, exit.Code)
		require.Equal(t, time.Minute, exit.Elapsed)
	})
}

func TestTimeoutCountsTheStartOfExecutors(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		e := &byHand{starting: func() { time.Sleep(600 * time.Millisecond) }} // not synchronisation: it is to take a while
		exit := mustRun(t, quiet(e), scheduler.Timeout(time.Second), scheduler.KeepRunning())
		require.Equal(t, scheduler.ExitTimeout, exit.Code)
		require.Equal(t, time.Second, exit.Elapsed)
	})
}

// TestWhatEndsAfterTheEndChangesNothing has a task fail while its run, which
// was stopped or whose time was over, waits for it.
func TestWhatEndsAfterTheEndChangesNothing(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		why := errors.New("late")
		for _, code := range []scheduler.ExitCode{scheduler.ExitStopped, scheduler.ExitTimeout} {
			s := pool(1)
			failing := scheduler.NewTask(s, task.New("failing", func(context.Context, int) (int, error) {
				time.Sleep(time.Hour) // not synchronisation: it is to take a while
				return 0, why
			}))
			s.OnStart.Do(func() {
				failing.Submit(1)
				if code == scheduler.ExitStopped {
					s.Stop()
				}
			})
			var told error
			failing.OnException.Do(func(e scheduler.Exception) { told = e.Err })
			exit := mustRun(t, s, scheduler.Timeout(time.Minute))
			require.Equal(t, code, exit.Code)
			require.NoError(t, exit.Err)
			require.ErrorIs(t, told, why)
			require.EqualValues(t, 1, s.Counts().Exceptions)
		}
	})
}

func TestReasonsToEndHaveAnOrder(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		s := pool(1)
		stop := true
		s.OnStart.Do(func() {
			time.Sleep(time.Minute) // the timeout is due
			synctest.Wait()
			if stop {
				s.Stop()
			}
		})
		require.Equal(t, scheduler.ExitStopped, mustRun(t, s, scheduler.Timeout(time.Second)).Code, "stop before timeout")
		stop = false
		require.Equal(t, scheduler.ExitExhausted, mustRun(t, s, scheduler.Timeout(time.Second)).Code, "empty before timeout")
		require.Zero(t, s.OnTimeout.Count())
	})
}

func TestCodeThatDoesNotHeedItsContextIsWaitedFor(t *testing.T) {
	t.Parallel()

	s := pool(1)
	began, release := make(chan struct{}), make(chan struct{})
	stubborn := scheduler.NewTask(s, task.New("stubborn", func(context.Context, int) (int, error) {
		close(began)
		<-release
		return 1, nil
	}))
	mustStart(t, s)
	f := mustSubmit(t, stubborn, 1)
	<-began
	s.Kill("now", nil)
	close(release)
	mustWait(t, s)
	v, err := f.Wait(t.Context())
	require.NoError(t, err, "it came to a result before it stopped")
	require.Equal(t, 1, v)
}
