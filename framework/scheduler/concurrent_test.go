package scheduler_test

import (
	"context"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// TestCallbacksNeverOverlap has many goroutines submit, cancel, emit, set
// timers, and stop and start runs, while every callback writes what needs no
// lock if the promise holds.
func TestCallbacksNeverOverlap(t *testing.T) {
	t.Parallel()

	s := pool(4)
	fast := doubleTask(s)
	wait := scheduler.NewTask(s, task.New("wait", func(ctx context.Context, x int) (int, error) {
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(x) * time.Microsecond):
		}
		return x, ctx.Err()
	}))
	var inside atomic.Int32
	calls := 0 // without a lock, for the race detector
	check := func(any) {
		if inside.Add(1) != 1 {
			t.Error("two callbacks at a time")
		}
		calls++
		inside.Add(-1)
	}
	for _, src := range []event.Source{s, fast, wait} {
		src.Emitter().Add(mine)
		for _, e := range src.Emitter().Events() {
			_, err := src.Emitter().OnName(e.Name, check)
			require.NoError(t, err)
		}
	}
	var over atomic.Bool
	var wg sync.WaitGroup
	for g := range 6 {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(1, uint64(g)))
			for !over.Load() {
				if f, err := wait.Submit(rng.IntN(200)); err == nil && rng.IntN(2) == 0 {
					f.Cancel()
				}
				if f, err := fast.Submit(1); err == nil {
					f.OnDone(func(*scheduler.Future[int]) { check(nil) })
				}
				event.Emit(s, mine, "x")
				event.Emit(wait, mine, "y")
				event.EmitMany(fast, event.Of(mine, "z"))
				if timer, err := s.CallLater(time.Duration(rng.IntN(100))*time.Microsecond, func() { check(nil) }); err == nil && rng.IntN(3) == 0 {
					timer.Cancel()
				}
				runtime.Gosched()
			}
		})
	}
	for i := range 20 {
		mustStart(t, s, scheduler.ExceptionPolicy(scheduler.Continue), scheduler.CancellationPolicy(scheduler.Continue))
		for s.Counts().Submitted < uint64(200*(i+1)) {
			runtime.Gosched()
		}
		if i%2 == 0 {
			s.Stop()
		} else {
			s.Kill("enough", nil)
		}
		mustWait(t, s)
		require.True(t, s.Empty())
	}
	over.Store(true)
	wg.Wait()
	untilTold(s) // also what was emitted after the last run
	c := s.Counts()
	require.Equal(t, c.Submitted, c.Results+c.Exceptions+c.Cancelled, "every future ends exactly once")
	require.Zero(t, c.Late)
	require.Greater(t, calls, 1000)
}

func TestManyTasks(t *testing.T) {
	t.Parallel()

	const n = 200_000
	s := pool(4)
	double := doubleTask(s)
	sum := 0
	double.OnResult.Do(func(e scheduler.Result[int]) { sum += e.Value })
	s.OnStart.Do(func() {
		for i := range n {
			double.Submit(i)
		}
	})
	require.Equal(t, scheduler.ExitExhausted, mustRun(t, s).Code)
	require.Equal(t, n*(n-1), sum)
	for _, count := range []int{double.OnSubmitted.Count(), double.OnDone.Count(), double.OnResult.Count(),
		s.OnFutureSubmitted.Count(), s.OnFutureDone.Count(), s.OnFutureResult.Count()} {
		require.Equal(t, n, count)
	}
	require.Zero(t, double.OnException.Count()+double.OnCancelled.Count())
	require.Equal(t, scheduler.Counts{Submitted: n, Results: n}, s.Counts())
}

// TestSubmittingNeverWaitsForACallback submits, cancels, stops and emits while
// a callback stands still.
func TestSubmittingNeverWaitsForACallback(t *testing.T) {
	t.Parallel()

	s := pool(1)
	double := doubleTask(s)
	entered, release := make(chan struct{}), make(chan struct{})
	s.OnStart.Do(func() {
		close(entered)
		<-release
	})
	mustStart(t, s)
	<-entered
	f := mustSubmit(t, double, 1)
	v, err := f.Wait(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, v)
	f.Cancel()
	_, err = s.CallLater(time.Hour, func() {})
	require.NoError(t, err)
	event.Emit(s, mine, "x")
	require.NoError(t, double.Attach())
	require.Equal(t, 1, s.Len(), "its end has not been told")
	s.Stop()
	close(release)
	mustWait(t, s)
}
