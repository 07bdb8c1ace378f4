package scheduler_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

func TestFutureTellsWhatItIs(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		s := pool(2)
		slow := scheduler.NewTask(s, task.New("slow", sleepRet))
		mustStart(t, s)
		f, g := mustSubmit(t, slow, 1), mustSubmit(t, slow, 2)
		require.Equal(t, []uint64{1, 2}, []uint64{f.ID(), g.ID()})
		require.Equal(t, s.Ref()+"/1", f.Ref())
		require.Equal(t, "slow", f.Task())
		require.InEpsilon(t, 1.0, f.Input(), 0)
		require.Nil(t, f.Value())
		require.NoError(t, f.Err())
		require.Zero(t, f.Elapsed())
		require.Equal(t, -1, f.Worker())
		_, _, ended := f.Result()
		require.False(t, ended)
		synctest.Wait()
		require.Equal(t, scheduler.Running, f.State())
		require.False(t, f.State().Ended())

		<-f.Done()
		v, err, ended := f.Result()
		require.NoError(t, err)
		require.True(t, ended)
		require.InEpsilon(t, 1.0, v, 0)
		require.InEpsilon(t, 1.0, f.Value(), 0)
		require.Equal(t, scheduler.Succeeded, f.State())
		require.Equal(t, 1001*time.Millisecond, f.Elapsed())
		require.Contains(t, []int{0, 1}, f.Worker())
		require.Equal(t, scheduler.Running, g.State())
		<-f.Done()
		mustWait(t, s)
		stats := slow.Stats()
		require.InEpsilon(t, time.Second, stats.P50, 0.01)
		require.InEpsilon(t, 2*time.Second, stats.P99, 0.01)
	})
}

func TestWaitHeedsItsContext(t *testing.T) {
	t.Parallel()

	s := pool(1)
	began := make(chan struct{})
	block := scheduler.NewTask(s, task.New("block", untilCancelled(began)))
	mustStart(t, s, scheduler.CancellationPolicy(scheduler.Continue))
	f := mustSubmit(t, block, 1)
	<-began
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("impatient")
	cancel(why)
	_, err := f.Wait(ctx)
	require.ErrorIs(t, err, why)
	require.EqualError(t, err, "scheduler: waiting for future 1 of task block: impatient")
	require.Equal(t, scheduler.Running, f.State(), "it goes on")
	require.True(t, f.Cancel(why))
	require.True(t, f.Cancel(errors.New("a second cause")), "it has not ended yet, or has by now")
	_, err = f.Wait(t.Context())
	require.ErrorIs(t, err, why, "the first cause counts")
	require.False(t, f.Cancel())
	mustWait(t, s)
}

func TestWaitingInsideACallbackWorks(t *testing.T) {
	t.Parallel()

	s := pool(1)
	double := doubleTask(s)
	got := 0
	s.OnStart.Do(func() {
		v, err := mustSubmit(t, double, 4).Wait(t.Context())
		require.NoError(t, err)
		got = v
	})
	mustRun(t, s)
	require.Equal(t, 8, got)
}

func TestDoneCallbacks(t *testing.T) {
	t.Parallel()

	s := pool(1)
	double := doubleTask(s)
	var got []string
	note := func(x string) { got = append(got, x) }
	double.OnSubmitted.Do(func(e scheduler.Submitted[int]) {
		e.Future.WhenDone(func(f scheduler.AnyFuture) { note("when " + f.State().String()) })
	})
	double.OnResult.Do(func(e scheduler.Result[int]) {
		note("event")
		e.Future.OnDone(func(*scheduler.Future[int]) { note("within its events") })
	})
	var f *scheduler.Future[int]
	s.OnStart.Do(func() {
		f = mustSubmit(t, double, 1)
		f.OnDone(func(same *scheduler.Future[int]) {
			require.Same(t, f, same)
			note("on")
			f.OnDone(func(*scheduler.Future[int]) { note("within a callback") })
		})
	})
	mustRun(t, s)
	require.Equal(t, []string{"event", "on", "when result", "within its events", "within a callback"}, got)
	f.OnDone(func(*scheduler.Future[int]) { note("after the run") })
	f.WhenDone(func(scheduler.AnyFuture) { note("and again") })
	untilTold(s)
	require.Equal(t, []string{"after the run", "and again"}, got[5:])
	require.PanicsWithValue(t, "scheduler: OnDone needs a function, not nil", func() { f.OnDone(nil) })
	require.PanicsWithValue(t, "scheduler: WhenDone needs a function, not nil", func() { f.WhenDone(nil) })
}

func TestCallHandsItsDeadlineOn(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		s := pool(1)
		var deadline time.Time
		slow := scheduler.NewTask(s, task.New("slow", func(ctx context.Context, x float64) (float64, error) {
			deadline, _ = ctx.Deadline()
			return sleepRet(ctx, x)
		}))
		mustStart(t, s, scheduler.ExceptionPolicy(scheduler.Continue), scheduler.CancellationPolicy(scheduler.Continue))
		v, err := slow.Call(t.Context(), 1)
		require.NoError(t, err)
		require.InEpsilon(t, 1.0, v, 0)
		require.True(t, deadline.IsZero())

		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		want, _ := ctx.Deadline()
		_, err = slow.Call(ctx, 3600)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, want, deadline)
		synctest.Wait()
		require.True(t, s.Empty(), "the code has ended")

		gone, leave := context.WithCancelCause(t.Context())
		why := errors.New("gone")
		time.AfterFunc(time.Second, func() { leave(why) })
		_, err = slow.Call(gone, 3600)
		require.ErrorIs(t, err, why)
		synctest.Wait()
		require.True(t, s.Empty(), "the call is cancelled")
		mustWait(t, s)
		_, err = slow.Call(t.Context(), 1)
		require.ErrorIs(t, err, scheduler.ErrNotRunning)
	})
}

func TestCodeSeesWhichCallItServes(t *testing.T) {
	t.Parallel()

	s := pool(1)
	who := scheduler.NewTask(s, task.New("who", func(ctx context.Context, _ int) (task.Info, error) {
		info, ok := task.InfoFrom(ctx)
		if !ok {
			return info, errors.New("no info")
		}
		return info, nil
	}).As("mine"))
	mustStart(t, s)
	info, err := who.Call(t.Context(), 1)
	require.NoError(t, err)
	require.Equal(t, task.Info{Task: "who", Future: 1, Attempt: 1}, info)
	mustWait(t, s)
}

func TestATasksPanicIsItsError(t *testing.T) {
	t.Parallel()

	s := pool(1)
	boom := scheduler.NewTask(s, task.New("boom", func(context.Context, int) (int, error) { panic("boom") }))
	mustStart(t, s, scheduler.ExceptionPolicy(scheduler.Continue))
	_, err := boom.Call(t.Context(), 1)
	var e *task.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, task.KindPanic, e.Kind)
	require.True(t, strings.Contains(e.Stack, "future_test.go"))
	mustWait(t, s)
}

func TestCancelWaiting(t *testing.T) {
	t.Parallel()

	const n = 20_000
	s := pool(1)
	began := make(chan struct{})
	block := scheduler.NewTask(s, task.New("block", untilCancelled(began)))
	mustStart(t, s, scheduler.CancellationPolicy(scheduler.Continue))
	running := mustSubmit(t, block, 0)
	<-began
	var last *scheduler.Future[int]
	for i := range n {
		last = mustSubmit(t, block, i)
	}
	why := errors.New("changed my mind")
	require.Equal(t, n, s.CancelWaiting(why))
	require.ErrorIs(t, last.Err(), why, "what waits in this process ends at once")
	require.Equal(t, scheduler.Running, running.State())
	require.Zero(t, s.CancelWaiting(why))
	running.Cancel()
	mustWait(t, s)
	require.Equal(t, scheduler.Counts{Submitted: n + 1, Cancelled: n + 1}, s.Counts())
}

func TestCancellingHereAndThere(t *testing.T) {
	t.Parallel()

	s := pool(1)
	began, release := make(chan struct{}), make(chan struct{})
	gate := scheduler.NewTask(s, task.New("gate", func(context.Context, int) (int, error) {
		close(began)
		<-release
		return 0, nil
	}))
	double := doubleTask(s)
	mustStart(t, s, scheduler.CancellationPolicy(scheduler.Continue))
	mustSubmit(t, gate, 0)
	<-began
	var futures []*scheduler.Future[int]
	for i := range 10_000 {
		futures = append(futures, mustSubmit(t, double, i))
	}
	for i, f := range futures {
		if i%3 == 0 {
			require.True(t, f.Cancel())
		}
	}
	close(release)
	mustWait(t, s)
	for i, f := range futures {
		v, err, ended := f.Result()
		require.True(t, ended)
		if i%3 == 0 {
			require.ErrorIs(t, err, scheduler.ErrCancelled)
			require.EqualError(t, err, (&scheduler.CancelledError{Task: "double", Future: f.ID()}).Error())
			continue
		}
		require.NoError(t, err)
		require.Equal(t, 2*i, v)
	}
}
