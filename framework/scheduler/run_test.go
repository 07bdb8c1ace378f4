package scheduler_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

func TestNamesAndReferences(t *testing.T) {
	t.Parallel()

	one, two := scheduler.New(local.Sequential()), scheduler.New(local.Pool(2), scheduler.Name("mine"))
	require.Equal(t, "scheduler", one.Name())
	require.Equal(t, "mine", two.Name())
	require.NotEqual(t, one.Ref(), two.Ref())
	names := []string{}
	for _, e := range one.Emitter().Events() {
		names = append(names, e.Name)
	}
	require.Equal(t, []string{"on_start", "on_finishing", "on_finished", "on_stop", "on_timeout", "on_empty", "on_future_submitted",
		"on_future_done", "on_future_cancelled", "on_future_exception", "on_future_result"}, names)
	names = nil
	for _, e := range doubleTask(one).Emitter().Events() {
		names = append(names, e.Name)
	}
	require.Equal(t, []string{"on_submitted", "on_done", "on_result", "on_exception", "on_cancelled"}, names)
	require.PanicsWithValue(t, "scheduler: New needs an executor, not nil", func() { scheduler.New(nil) })
	require.PanicsWithValue(t, `scheduler: two executors are called "pool": give one another name`,
		func() { scheduler.New(local.Pool(1), scheduler.Also(local.Pool(2))) })
}

func TestAnEmptyQueueEndsOnlyWhatSomebodyWaitsFor(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		s := pool(1)
		double := doubleTask(s)
		mustStart(t, s)
		time.Sleep(time.Hour)
		require.True(t, s.Running())
		require.Equal(t, 1, s.OnEmpty.Count(), "empty from the start")
		f := mustSubmit(t, double, 21)
		v, err := f.Wait(t.Context())
		require.NoError(t, err)
		require.Equal(t, 42, v)
		time.Sleep(time.Hour)
		require.True(t, s.Running())
		require.Equal(t, 2, s.OnEmpty.Count())
		exit := mustWait(t, s)
		require.Equal(t, scheduler.ExitExhausted, exit.Code)
		require.Equal(t, 2*time.Hour, exit.Elapsed)
		require.False(t, s.Running())
		again := mustWait(t, s)
		require.Equal(t, exit, again, "how the last run ended")
	})
}

func TestWaitWithoutARun(t *testing.T) {
	t.Parallel()

	_, err := pool(1).Wait()
	require.ErrorIs(t, err, scheduler.ErrNotRunning)
	require.EqualError(t, err, "scheduler: wait: not running")
}

func TestKeepRunning(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		s := pool(1)
		mustStart(t, s, scheduler.KeepRunning())
		time.AfterFunc(time.Hour, func() { s.StopWith("enough", nil) })
		exit := mustWait(t, s)
		require.Equal(t, scheduler.Exit{Code: scheduler.ExitStopped, Message: "enough", Elapsed: time.Hour}, exit)
		require.Equal(t, "stopped: enough", exit.String())
	})
}

func TestRunAgain(t *testing.T) {
	t.Parallel()

	for _, e := range []scheduler.Executor{local.Sequential(), local.Pool(3)} {
		s := quiet(e)
		double := doubleTask(s)
		sum := 0
		s.OnStart.Do(func() { double.Submit(1) }, event.Repeat(2))
		double.OnResult.Do(func(e scheduler.Result[int]) { sum += e.Value })
		for i := range 3 {
			require.Equal(t, scheduler.ExitExhausted, mustRun(t, s).Code)
			require.Equal(t, 4*(i+1), sum)
		}
		require.Equal(t, scheduler.Counts{Submitted: 6, Results: 6}, s.Counts())
		require.Equal(t, scheduler.Counts{Submitted: 6, Results: 6}, double.Stats().Counts)
		require.Equal(t, 3, s.OnFinished.Count())
	}
}

func TestStartWhileRunning(t *testing.T) {
	t.Parallel()

	s := pool(1)
	mustStart(t, s)
	require.ErrorIs(t, s.Start(t.Context()), scheduler.ErrRunning)
	_, err := s.Run(t.Context())
	require.EqualError(t, err, "scheduler: start: already running")
	s.Stop()
	mustWait(t, s)
	mustRun(t, s)
}

func TestWrongOptionsStartNothing(t *testing.T) {
	t.Parallel()

	for want, opt := range map[string]scheduler.RunOption{
		"scheduler: Timeout(0s) is out of range: it must be positive":                                scheduler.Timeout(0),
		"scheduler: Timeout(-1s) is out of range: it must be positive":                               scheduler.Timeout(-time.Second),
		"scheduler: ExceptionPolicy: rule 1: action 9 is no action: Raise, End and Continue are":     scheduler.ExceptionPolicy(scheduler.Action(9)),
		"scheduler: ExceptionPolicy: rule 2 is nil":                                                  scheduler.ExceptionPolicy(scheduler.Raise, nil),
		"scheduler: CancellationPolicy: rule 1: a rule needs an error, not nil":                      scheduler.CancellationPolicy(scheduler.ForError(nil, scheduler.End)),
		"scheduler: ExceptionPolicy: rule 1: action 0 is no action: Raise, End and Continue are":     scheduler.ExceptionPolicy(scheduler.ForErrorType[customError](0)),
		"scheduler: CancellationPolicy: rule 1: action -1 is no action: Raise, End and Continue are": scheduler.CancellationPolicy(scheduler.ForError(errors.ErrUnsupported, -1)),
	} {
		e := newServed()
		s := quiet(e)
		_, err := s.Run(t.Context(), opt)
		require.EqualError(t, err, want)
		require.Zero(t, e.started)
		require.Zero(t, s.OnStart.Count())
	}
}

func TestStartWithAContextThatIsOver(t *testing.T) {
	t.Parallel()

	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("too late")
	cancel(why)
	s := pool(1)
	require.ErrorIs(t, s.Start(ctx), why)
	require.Zero(t, s.OnStart.Count())
}

func TestTheContextEndsTheRun(t *testing.T) {
	t.Parallel()

	s := pool(1)
	began := make(chan struct{})
	block := scheduler.NewTask(s, task.New("block", untilCancelled(began)))
	ctx, cancel := context.WithCancelCause(t.Context())
	require.NoError(t, s.Start(ctx))
	runs, waits := mustSubmit(t, block, 1), mustSubmit(t, block, 2)
	<-began
	why := errors.New("shutting down")
	var told scheduler.Stopped
	s.OnStop.Do(func(e scheduler.Stopped) { told = e })
	cancel(why)
	exit, err := s.Wait()
	require.ErrorIs(t, err, why, "it falls under the exception policy")
	require.Equal(t, scheduler.ExitStopped, exit.Code)
	require.Equal(t, scheduler.Stopped{Message: "the run's context ended", Err: why}, told)
	for _, f := range []*scheduler.Future[int]{runs, waits} {
		require.Equal(t, scheduler.Cancelled, f.State())
		require.ErrorIs(t, f.Err(), why)
		require.ErrorIs(t, f.Err(), scheduler.ErrCancelled)
	}
	require.Equal(t, 2, block.OnCancelled.Count())
}

func TestTheContextCutsShortAnEnd(t *testing.T) {
	t.Parallel()

	s := pool(1)
	began := make(chan struct{})
	block := scheduler.NewTask(s, task.New("block", untilCancelled(began)))
	ctx, cancel := context.WithCancel(t.Context())
	require.NoError(t, s.Start(ctx))
	f := mustSubmit(t, block, 1)
	<-began
	s.OnFinishing.Do(cancel)
	s.Stop()
	exit, err := s.Wait()
	require.NoError(t, err)
	require.Equal(t, scheduler.ExitStopped, exit.Code)
	require.ErrorIs(t, f.Err(), context.Canceled)
}

func TestExitStrings(t *testing.T) {
	t.Parallel()

	for want, code := range map[string]scheduler.ExitCode{"exhausted": scheduler.ExitExhausted, "stopped": scheduler.ExitStopped,
		"timeout": scheduler.ExitTimeout, "cancelled": scheduler.ExitCancelled, "exception": scheduler.ExitException, "exit code 0": 0} {
		require.Equal(t, want, scheduler.Exit{Code: code}.String())
	}
	for want, action := range map[string]scheduler.Action{"raise": scheduler.Raise, "end": scheduler.End, "continue": scheduler.Continue, "action 0": 0} {
		require.Equal(t, want, action.String())
	}
	for want, st := range map[string]scheduler.State{"pending": scheduler.Pending, "running": scheduler.Running, "result": scheduler.Succeeded,
		"exception": scheduler.Failed, "cancelled": scheduler.Cancelled, "state 99": 99} {
		require.Equal(t, want, st.String())
	}
}

func TestQueueAndTasks(t *testing.T) {
	t.Parallel()

	s := pool(1)
	began := make(chan struct{})
	block := scheduler.NewTask(s, task.New("block", untilCancelled(began)))
	double := doubleTask(s)
	require.Equal(t, []scheduler.AnyTask{block, double}, s.Tasks())
	require.Equal(t, scheduler.AnyTask(double), s.Task("double"))
	require.Nil(t, s.Task("treble"))
	require.Same(t, s, double.Scheduler())
	require.True(t, s.Empty())
	mustStart(t, s, scheduler.CancellationPolicy(scheduler.Continue))
	told := make(chan struct{})
	double.OnSubmitted.Do(func(scheduler.Submitted[int]) { close(told) })
	a, b := mustSubmit(t, block, 1), mustSubmit(t, double, 2)
	<-began
	<-told
	require.Equal(t, []scheduler.AnyFuture{a, b}, s.Queue())
	require.Equal(t, []scheduler.AnyFuture{a}, block.Queue())
	require.Equal(t, 2, s.Len())
	require.Equal(t, 1, block.Running())
	require.Equal(t, scheduler.Running, a.State())
	require.Equal(t, scheduler.Pending, b.State())
	require.False(t, s.Empty())
	a.Cancel()
	mustWait(t, s)
	require.True(t, s.Empty())
	require.Zero(t, block.Running())
	require.Empty(t, block.Queue())
	require.Equal(t, scheduler.Counts{Submitted: 2, Results: 1, Cancelled: 1}, s.Counts())
}
