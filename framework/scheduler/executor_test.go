package scheduler_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

func TestSeveralExecutors(t *testing.T) {
	t.Parallel()

	there := task.New("there", func(context.Context, int) (string, error) { return "served", nil })
	both := task.New("both", func(ctx context.Context, _ int) (string, error) {
		if info, ok := task.InfoFrom(ctx); ok && info.Task == "both" {
			return "pool", nil
		}
		return "served", nil
	})
	s := quiet(local.Pool(1), scheduler.Also(newServed(there, both)))
	far := scheduler.NewTask(s, scheduler.Named[int, string]("there"))
	_, err := scheduler.AddTask(s, both)
	require.EqualError(t, err, `scheduler: task both: several executors have code named "both": choose one of pool, served with On`)
	here, elsewhere := scheduler.NewTask(s, both.On("pool")), scheduler.NewTask(s, both.As("elsewhere").On("served"))
	mustStart(t, s)
	for want, where := range map[string]*scheduler.Task[int, string]{"pool": here} {
		got, err := where.Call(t.Context(), 1)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, where := range []*scheduler.Task[int, string]{far, elsewhere} {
		got, err := where.Call(t.Context(), 1)
		require.NoError(t, err)
		require.Equal(t, "served", got)
	}
	mustWait(t, s)
}

func TestCodeThatIsKnownOnlyOnceStarted(t *testing.T) {
	t.Parallel()

	e := newServed(task.New("double", twice))
	e.unsure = true
	s := quiet(e)
	double := scheduler.NewTask(s, scheduler.Named[int, int]("double"))
	_, err := double.Submit(1)
	require.ErrorIs(t, err, scheduler.ErrNotRunning)
	mustStart(t, s)
	v, err := double.Call(t.Context(), 3)
	require.NoError(t, err)
	require.Equal(t, 6, v)
	mustWait(t, s)

	e = newServed(task.New("double", twice))
	e.unsure = true
	s = quiet(e)
	scheduler.NewTask(s, scheduler.Named[int, int]("dubble"))
	err = s.Start(t.Context())
	require.ErrorIs(t, err, scheduler.ErrUnknownTask)
	require.ErrorContains(t, err, `did you mean "double"?`)
	require.Equal(t, []int{1, 1}, []int{e.started, e.stopped}, "nothing is left running")
	require.False(t, s.Running())
}

func TestAFailedStartStopsTheOthers(t *testing.T) {
	t.Parallel()

	good, bad := newServed(), newServed()
	good.name, bad.name = "good", "bad"
	bad.startErr = errors.New("no such file")
	s := quiet(good, scheduler.Also(bad))
	_, err := s.Run(t.Context())
	require.ErrorIs(t, err, bad.startErr)
	require.Equal(t, []int{1, 1}, []int{good.started, good.stopped})
	require.Zero(t, bad.stopped)
	require.Zero(t, s.OnStart.Count())

	bad.startErr = nil
	mustRun(t, s)
	require.Equal(t, 1, s.OnStart.Count(), "it can be started afterwards")
}

func TestAnExecutorThatFailsEndsTheRun(t *testing.T) {
	t.Parallel()

	e := newServed(task.New("double", twice))
	s := quiet(e)
	s.OnStart.Do(func() { e.host.Fail(errors.New("out of restarts")) })
	exit, err := s.Run(t.Context(), scheduler.KeepRunning())
	require.EqualError(t, err, "out of restarts")
	require.Equal(t, "an executor failed", exit.Message)
}

func TestAnExecutorMayFailBeforeTheRunHasBegun(t *testing.T) {
	t.Parallel()

	e := newServed()
	e.failAtOnce = errors.New("died at once")
	s := quiet(e)
	exit, err := s.Run(t.Context(), scheduler.KeepRunning(), scheduler.ExceptionPolicy(scheduler.End))
	require.NoError(t, err)
	require.Equal(t, scheduler.ExitException, exit.Code)
	require.Equal(t, e.failAtOnce, exit.Err)
	require.Equal(t, []int{1, 1}, []int{s.OnStart.Count(), s.OnFinished.Count()})

	late := e.host
	e.failAtOnce = nil
	s.OnStart.Do(func() { late.Fail(errors.New("of a run that is over")) })
	mustRun(t, s)
}

func TestLateOutcomesAreDroppedAndCounted(t *testing.T) {
	t.Parallel()

	release := make(chan struct{})
	e := newServed(task.New("gate", func(context.Context, int) (int, error) {
		<-release
		return 1, nil
	}))
	s := quiet(e)
	gate := scheduler.NewTask(s, scheduler.Named[int, int]("gate"))
	mustStart(t, s)
	f := mustSubmit(t, gate, 1)
	c := e.only(t)
	close(release)
	_, err := f.Wait(t.Context())
	require.NoError(t, err)
	require.Equal(t, scheduler.AnyFuture(f), c.Future())
	e.host.End([]scheduler.Outcome{{Call: c, Err: errors.New("late")}})
	mustWait(t, s)
	require.Equal(t, scheduler.Succeeded, f.State(), "a final state never changes")
	require.Equal(t, 1, gate.OnDone.Count())
	require.EqualValues(t, 1, s.Counts().Late)
}

// TestLateResultsOfACancelledAttempt: the code has come to something after all
// when its call has been cancelled.
func TestLateResultsOfACancelledAttempt(t *testing.T) {
	t.Parallel()

	began, over := make(chan struct{}), make(chan struct{})
	e := newServed(task.New("gate", func(context.Context, int) (int, error) {
		close(began)
		<-over
		return 1, nil
	}))
	s := quiet(e)
	gate := scheduler.NewTask(s, scheduler.Named[int, int]("gate"))
	mustStart(t, s, scheduler.CancellationPolicy(scheduler.Continue))
	f := mustSubmit(t, gate, 1)
	c := e.only(t)
	<-began // with its payload, which a call that has ended has no more
	e.host.End([]scheduler.Outcome{{Call: c, Cancelled: true, Err: errors.New("enough")}})
	close(over)
	mustWait(t, s)
	require.Equal(t, scheduler.Cancelled, f.State())
	require.Equal(t, []int{0, 0, 1}, []int{gate.OnDone.Count(), gate.OnResult.Count(), gate.OnCancelled.Count()})
	require.EqualValues(t, 1, s.Counts().Late)
}

func TestResultsThatDoNotDecode(t *testing.T) {
	t.Parallel()

	text := task.New("text", func(context.Context, int) (string, error) { return "x", nil })
	s := quiet(newServed(text, task.New("cbor", twice).CBOR()))
	wrongType := scheduler.NewTask(s, scheduler.Named[int, float64]("text"))
	wrongCodec := scheduler.NewTask(s, scheduler.Named[int, int]("cbor"))
	mustStart(t, s, scheduler.ExceptionPolicy(scheduler.ForError(task.Kind(task.KindDecode), scheduler.Continue)))
	_, err := wrongType.Call(t.Context(), 1)
	require.EqualError(t, err, "task text: result does not decode as float64 (application/json): "+
		"json: cannot unmarshal string into Go value of type float64")
	_, err = wrongCodec.Call(t.Context(), 1)
	require.EqualError(t, err, "task cbor: result came as application/cbor, expected application/json: give both sides the same definition")
	mustWait(t, s)
}

func TestWorkersAreCounted(t *testing.T) {
	t.Parallel()

	e := newServed()
	s := quiet(e)
	s.OnStart.Do(func() {
		for _, st := range []scheduler.WorkerState{scheduler.WorkerReady, scheduler.WorkerReady, scheduler.WorkerLost, scheduler.WorkerStopped} {
			e.host.Report(scheduler.WorkerEvent{Executor: e.name, State: st})
		}
	})
	mustRun(t, s)
	require.Equal(t, scheduler.WorkerCounts{Started: 2, Lost: 1}, s.Workers())
	require.Equal(t, "scheduler", e.host.Run)
	require.NotNil(t, e.host.Log)
}

func TestCallsAsExecutorsSeeThem(t *testing.T) {
	t.Parallel()

	e := newServed(task.New("double", twice))
	s := quiet(e)
	release := make(chan struct{})
	e.codes["gate"] = task.New("gate", func(ctx context.Context, x int) (int, error) {
		select {
		case <-release:
		case <-ctx.Done():
		}
		return x, ctx.Err()
	})
	gate := scheduler.NewTask(s, scheduler.Named[int, int]("gate").As("mine"))
	mustStart(t, s, scheduler.CancellationPolicy(scheduler.Continue))
	f := mustSubmit(t, gate, 7)
	c := e.only(t)
	require.Equal(t, []string{"gate", "mine", task.ContentJSON, "7"}, []string{c.Code(), c.Task(), c.ContentType(), string(c.Payload())})
	require.Equal(t, f.ID(), c.ID())
	require.Equal(t, scheduler.Constraints{}, c.Constraints())
	require.False(t, c.CancelRequested())
	require.NoError(t, c.CancelCause())
	require.Equal(t, scheduler.Running, f.State())
	why := errors.New("why")
	f.Cancel(why)
	require.True(t, c.CancelRequested())
	require.Equal(t, why, c.CancelCause())
	_, err := f.Wait(t.Context())
	require.ErrorIs(t, err, why)
	mustWait(t, s)
}
