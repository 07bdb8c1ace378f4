package limiter_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/extension/limiter"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

func TestCallsWaitForRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, g := pool(4), &gauge{}
		var mu sync.Mutex
		var order []int
		tsk := scheduler.NewTask(s, task.New("tsk", func(_ context.Context, x int) (int, error) {
			g.enter()
			defer g.now.Add(-1)
			mu.Lock()
			order = append(order, x)
			mu.Unlock()
			time.Sleep(time.Second) // not synchronisation: it is to take a while
			return x, nil
		}), limiter.New(limiter.MaxConcurrent(1), limiter.Queue()))
		told := 0
		tsk.OnSubmitted.Do(func(scheduler.Submitted[int]) { told++ })
		start(t, s)
		submit(t, tsk, 1)
		submit(t, tsk, 2)
		submit(t, tsk, 3, scheduler.Priority(-1))
		submit(t, tsk, 4, scheduler.Priority(5))
		submit(t, tsk, 5)
		gone := submit(t, tsk, 6, scheduler.Priority(5))
		submit(t, tsk, 7, scheduler.Priority(5))
		synctest.Wait()
		require.Equal(t, 7, told, "at once")
		require.Equal(t, []string{"Concurrent 1/1", "Waiting 6"}, tsk.Extensions()[0].(scheduler.Shown).Lines())
		require.True(t, gone.Cancel())
		<-gone.Done()
		wait(t, s)
		require.Equal(t, []int{1, 4, 7, 2, 5, 3}, order)
		require.EqualValues(t, 1, g.most.Load())
		require.Zero(t, s.Counts().Refused)
		require.Equal(t, []string{"Concurrent 0/1", "Waiting 0"}, tsk.Extensions()[0].(scheduler.Shown).Lines())
	})
}

// A callback may wait for a future that waits for room, since that is there
// before callbacks are.
func TestWaitingInsideACallback(t *testing.T) {
	t.Parallel()
	s := pool(1)
	other := scheduler.NewTask(s, task.New("other", echo))
	tsk := scheduler.NewTask(s, task.New("tsk", echo), limiter.New(limiter.MaxConcurrent(1), limiter.NotWhileRunning(other), limiter.Queue()))
	done := 0
	waitsFor := func() {
		futures := []*scheduler.Future[int]{submit(t, other, 1), submit(t, tsk, 2), submit(t, tsk, 3)}
		for _, f := range futures {
			if _, err := f.Wait(t.Context()); err != nil {
				t.Error(err)
			}
			done++
		}
	}
	s.OnStart.Do(waitsFor)
	start(t, s)
	wait(t, s)
	require.Equal(t, 3, done)
}

// Two tasks that are each not to run while the other does take turns.
func TestTasksThatExcludeEachOther(t *testing.T) {
	t.Parallel()
	s := pool(8)
	var inA, inB, bad atomic.Int32
	def := func(name string, mine, theirs *atomic.Int32) *task.Def[int, int] {
		return task.New(name, func(_ context.Context, x int) (int, error) {
			mine.Add(1)
			defer mine.Add(-1)
			if theirs.Load() > 0 {
				bad.Add(1)
			}
			return x, nil
		})
	}
	a := scheduler.NewTask(s, def("a", &inA, &inB))
	b := scheduler.NewTask(s, def("b", &inB, &inA), limiter.New(limiter.NotWhileRunning(a), limiter.MaxConcurrent(2), limiter.Queue()))
	require.NoError(t, a.Attach(limiter.New(limiter.NotWhileRunning(b), limiter.Queue())))
	start(t, s)
	var wg sync.WaitGroup
	for _, tsk := range []*scheduler.Task[int, int]{a, b, a, b} {
		wg.Go(func() {
			for i := range 500 {
				f, err := tsk.Submit(i, scheduler.Priority(i%3))
				if err == nil && i%7 == 0 {
					f.Cancel()
				}
			}
		})
	}
	wg.Wait()
	wait(t, s)
	require.Zero(t, bad.Load())
	n := s.Counts()
	require.EqualValues(t, 2000, n.Results+n.Cancelled)
	require.Zero(t, n.Exceptions)
}

func TestRateWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := pool(4)
		begun := time.Now()
		var mu sync.Mutex
		var at []time.Duration
		tsk := scheduler.NewTask(s, task.New("tsk", func(context.Context, int) (int, error) {
			mu.Lock()
			defer mu.Unlock()
			at = append(at, time.Since(begun).Round(time.Millisecond))
			return 0, nil
		}), limiter.New(limiter.Rate(4, 2), limiter.Queue()))
		start(t, s)
		var futures []*scheduler.Future[int]
		for range 6 {
			futures = append(futures, submit(t, tsk, 0))
		}
		futures[3].Cancel() // its time is another's
		wait(t, s)
		ms := time.Millisecond
		require.Equal(t, []time.Duration{0, 0, 250 * ms, 500 * ms, 750 * ms}, at)
		require.Equal(t, []string{"Rate 4/s, burst 2", "Waiting 0"}, tsk.Extensions()[0].(scheduler.Shown).Lines())
	})
}

// A call whose deadline passes while it waits ends then, and without having
// taken anybody's place.
func TestDeadlinesOfWhatWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, g := pool(4), &gauge{}
		tsk := scheduler.NewTask(s, sleeper("tsk", g), limiter.New(limiter.MaxConcurrent(1), limiter.Queue()))
		start(t, s)
		begun := time.Now()
		submit(t, tsk, 60)
		late := submit(t, tsk, 1, scheduler.Within(5*time.Second))
		last := submit(t, tsk, 1)
		_, err := late.Wait(t.Context())
		require.Equal(t, task.KindDeadline, task.KindOf(err))
		require.Equal(t, 5*time.Second, time.Since(begun))
		<-last.Done()
		require.Equal(t, 61*time.Second, time.Since(begun))
		wait(t, s)
		require.EqualValues(t, 1, g.most.Load())
	})
}

// A run that is killed lets nobody go any more; a later one finds room.
func TestKilledWhileCallsWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, g := pool(4), &gauge{}
		tsk := scheduler.NewTask(s, sleeper("tsk", g), limiter.New(limiter.MaxConcurrent(1), limiter.Rate(0.01, 1), limiter.Queue()))
		for range 2 {
			start(t, s)
			var futures []*scheduler.Future[int]
			for range 10 {
				futures = append(futures, submit(t, tsk, 1000))
			}
			synctest.Wait()
			s.Kill("enough", errors.New("enough"))
			wait(t, s)
			for _, f := range futures {
				require.Equal(t, scheduler.Cancelled, f.State())
			}
			require.Equal(t, "Waiting 0", tsk.Extensions()[0].(scheduler.Shown).Lines()[2])
		}
		start(t, s)
		f := submit(t, tsk, 1)
		wait(t, s)
		require.NoError(t, f.Err())
	})
}

// However calls end, the room that they took is there again.
func TestRoomIsNeverLost(t *testing.T) {
	t.Parallel()
	s := pool(4)
	tsk := scheduler.NewTask(s, task.New("tsk", func(ctx context.Context, x int) (int, error) {
		switch x % 5 {
		case 1:
			return 0, errors.New("no")
		case 2:
			panic("oops")
		case 3:
			<-ctx.Done()
			return 0, ctx.Err()
		}
		return x, nil
	}), limiter.New(limiter.MaxConcurrent(3), limiter.Queue()))
	start(t, s)
	var wg sync.WaitGroup
	for n := range 4 {
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(uint64(n), 1))
			for x := range 300 {
				opts := []scheduler.CallOption{scheduler.Priority(rnd.IntN(4))}
				if x%5 == 3 && x%2 == 0 {
					opts = append(opts, scheduler.Within(time.Millisecond))
				}
				f, err := tsk.Submit(x, opts...)
				if err == nil && (x%5 == 3 && x%2 == 1 || rnd.IntN(10) == 0) {
					f.Cancel()
				}
			}
		})
	}
	wg.Wait()
	wait(t, s)
	require.Equal(t, []string{"Concurrent 0/3", "Waiting 0"}, tsk.Extensions()[0].(scheduler.Shown).Lines())
	n := s.Counts()
	require.EqualValues(t, 1200, n.Results+n.Exceptions+n.Cancelled)
}
