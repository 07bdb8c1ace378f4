package scheduler_test

import (
	"context"
	"errors"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// TestCallbacksThatEmitForEverDoNotKeepARun ends a run, in each way, in which
// a callback emits its own event again.
func TestCallbacksThatEmitForEverDoNotKeepARun(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		end  func(*scheduler.Scheduler)
		opts []scheduler.RunOption
		want scheduler.ExitCode
	}{
		"timeout":          {func(*scheduler.Scheduler) {}, []scheduler.RunOption{scheduler.Timeout(100 * time.Millisecond)}, scheduler.ExitTimeout},
		"timeout and kill": {func(*scheduler.Scheduler) {}, []scheduler.RunOption{scheduler.Timeout(100 * time.Millisecond), scheduler.KillAtEnd()}, scheduler.ExitTimeout},
		"stop":             {(*scheduler.Scheduler).Stop, nil, scheduler.ExitStopped},
		"kill":             {func(s *scheduler.Scheduler) { s.Kill("enough", nil) }, nil, scheduler.ExitStopped},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := pool(1)
			slow := scheduler.NewTask(s, task.New("slow", twice))
			again := event.On(s, mine, func(string) { event.Emit(s, mine, "again") })
			s.OnStart.Do(func() {
				slow.Submit(1)
				event.Emit(s, mine, "first")
			})
			s.OnFutureDone.Do(func(scheduler.FutureDone) { test.end(s) })
			require.Equal(t, test.want, mustRun(t, s, test.opts...).Code)
			require.Equal(t, 1, s.OnFinished.Count())
			again.Unsubscribe() // it goes on outside the run, unless that was killed
			untilTold(s)
		})
	}
}

// TestAFloodOfEmissionsDoesNotKeepARunFromBeingKilled kills a run whose
// callback is slower than what is emitted.
func TestAFloodOfEmissionsDoesNotKeepARunFromBeingKilled(t *testing.T) {
	t.Parallel()

	log := &logged{}
	s := scheduler.New(local.Pool(1), scheduler.Logger(slogOf(log)))
	slow := event.On(s, mine, func(string) {
		for until := time.Now().Add(10 * time.Millisecond); time.Now().Before(until); {
			runtime.Gosched()
		}
	})
	mustStart(t, s, scheduler.KeepRunning())
	var over atomic.Bool
	var emitted atomic.Int64
	var wg sync.WaitGroup
	wg.Go(func() {
		for !over.Load() {
			event.Emit(s, mine, "x")
			if emitted.Add(1) == 100_000 { // a thousand seconds of callbacks
				s.Kill("enough", nil)
			}
		}
	})
	exit := mustWait(t, s)
	slow.Unsubscribe()
	over.Store(true)
	wg.Wait()
	untilTold(s)
	require.Equal(t, "enough", exit.Message)
	dropped := s.Counts().Dropped
	require.Greater(t, dropped, uint64(90_000))
	require.Equal(t, []map[string]string{{"level": "WARN", "count": strconv.FormatUint(dropped, 10)}}, log.with("emissions dropped: the run was killed"), "once")
}

func TestKillDropsWhatWasEmitted(t *testing.T) {
	t.Parallel()

	log := &logged{}
	s := scheduler.New(local.Pool(1), scheduler.Logger(slogOf(log)))
	double := doubleTask(s)
	got := ""
	event.On(s, mine, func(x string) { got += x })
	event.On(double, mine, func(x string) { got += x })
	done := false
	s.OnStart.Do(func() {
		mustSubmit(t, double, 1).OnDone(func(*scheduler.Future[int]) { done = true })
		event.Emit(s, mine, "a")
		event.Emit(double, mine, "b")
		event.EmitMany(s, event.Of(mine, "c"))
		s.Kill("enough", nil)
	}, event.Limit(1))
	s.OnFinished.Do(func() { event.Emit(s, mine, "d") })
	mustRun(t, s, scheduler.CancellationPolicy(scheduler.Continue))
	require.Empty(t, got)
	require.True(t, done, "what the scheduler itself has to tell is told")
	require.EqualValues(t, 4, s.Counts().Dropped)
	require.Equal(t, []map[string]string{{"level": "WARN", "count": "4"}}, log.with("emissions dropped: the run was killed"))
	n, err := s.Emitter().Count("mine")
	require.NoError(t, err)
	require.Zero(t, n, "an emission counts when it is told")

	event.Emit(s, mine, "e")
	s.OnFinished.Do(func() { got += "f" })
	mustRun(t, s)
	require.Equal(t, "efd", got, "the next run hears again")
	require.EqualValues(t, 4, s.Counts().Dropped)
}

// TestWhatFollowsFromTheEndIsToldBeforeRunReturns has callbacks of what comes
// last emit, and those of that.
func TestWhatFollowsFromTheEndIsToldBeforeRunReturns(t *testing.T) {
	t.Parallel()

	s := pool(1)
	chain := event.New[int]("chain")
	reached := 0
	event.On(s, chain, func(n int) {
		reached++
		if n > 0 {
			event.Emit(s, chain, n-1)
		}
	})
	s.OnFinishing.Do(func() { event.Emit(s, chain, 99) })
	s.OnFinished.Do(func() {
		require.Equal(t, 100, reached)
		for range 5000 {
			event.Emit(s, chain, 0)
		}
		event.Emit(s, chain, 99)
	}, event.Limit(1))
	mustRun(t, s)
	require.Equal(t, 100+5000+100, reached)
	why := errors.New("late")
	event.On(s, chain, func(int) { panic(why) }, event.Limit(1))
	_, err := s.Run(t.Context())
	require.ErrorIs(t, err, why, "it falls under the policy")
}

// TestWhatIsLeftWhenARunEnds has more happen at the very end than is told
// before Run returns.
func TestWhatIsLeftWhenARunEnds(t *testing.T) {
	t.Parallel()

	const many = 3000
	for _, killed := range []bool{false, true} {
		w := &watcher{}
		s := quiet(local.Pool(1), scheduler.Observed(w))
		double := doubleTask(s)
		number := event.New[int]("number")
		var got, want []int
		event.On(s, number, func(n int) { got = append(got, n) })
		var f *scheduler.Future[int]
		s.OnStart.Do(func() { f = mustSubmit(t, double, 1) })
		s.OnFutureDone.Do(func(scheduler.FutureDone) {
			if killed {
				s.Kill("enough", nil)
			}
		})
		w.finish = func(context.Context) {
			f.OnDone(func(*scheduler.Future[int]) { event.Emit(s, number, many) })
			for n := range many {
				event.Emit(s, number, n)
			}
		}
		mustRun(t, s)
		untilTold(s)
		if killed {
			require.Empty(t, got)
			require.EqualValues(t, many+1, s.Counts().Dropped)
			continue
		}
		for n := range many + 1 {
			want = append(want, n)
		}
		require.Equal(t, want, got)
		require.Zero(t, s.Counts().Dropped)
	}
}
