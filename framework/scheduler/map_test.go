package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// upTo yields 0 to n-1 and counts what was taken.
func upTo(n int, taken *atomic.Int64) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			taken.Add(1)
			if !yield(i) {
				return
			}
		}
	}
}

func TestMapKeepsTheOrderAndTheBound(t *testing.T) {
	t.Parallel()

	const n, bound = 20_000, 1024
	s := pool(4)
	double := doubleTask(s)
	mustStart(t, s)
	var taken atomic.Int64
	i := 0
	for v, err := range double.Map(t.Context(), upTo(n, &taken)) {
		require.NoError(t, err)
		require.Equal(t, 2*i, v)
		i++
		require.LessOrEqual(t, taken.Load()-int64(i), int64(bound))
	}
	require.Equal(t, n, i)
	mustWait(t, s)
	require.EqualValues(t, n, s.Counts().Results)
}

func TestMapGoesOnAfterErrors(t *testing.T) {
	t.Parallel()

	s := pool(2)
	odd := scheduler.NewTask(s, task.New("odd", func(_ context.Context, x int) (int, error) {
		if x%2 == 0 {
			return 0, fmt.Errorf("%d is even", x)
		}
		return x, nil
	}))
	mustStart(t, s, scheduler.ExceptionPolicy(scheduler.Continue))
	var got []string
	for v, err := range odd.Map(t.Context(), slices.Values([]int{1, 2, 3})) {
		got = append(got, fmt.Sprint(v, err))
	}
	require.Equal(t, []string{"1 <nil>", "0 2 is even", "3 <nil>"}, got)
	for range odd.Map(t.Context(), slices.Values([]int(nil))) {
		t.Error("nothing to yield")
	}
	mustWait(t, s)
	for _, err := range odd.Map(t.Context(), slices.Values([]int{1})) {
		require.ErrorIs(t, err, scheduler.ErrNotRunning, "a refusal belongs to its input")
	}
}

func TestLeavingMapCancelsWhatIsInFlight(t *testing.T) {
	t.Parallel()

	s := pool(1)
	block := scheduler.NewTask(s, task.New("block", func(ctx context.Context, x int) (int, error) {
		if x > 0 {
			<-ctx.Done()
			return 0, context.Cause(ctx)
		}
		return x, nil
	}))
	mustStart(t, s, scheduler.CancellationPolicy(scheduler.Continue))
	var taken atomic.Int64
	for _, err := range block.Map(t.Context(), upTo(100, &taken)) {
		require.NoError(t, err)
		break
	}
	mustWait(t, s)
	counts := s.Counts()
	require.EqualValues(t, taken.Load(), counts.Submitted)
	require.Equal(t, scheduler.Counts{Submitted: counts.Submitted, Results: 1, Cancelled: counts.Submitted - 1}, counts)
}

func TestMapEndsWithItsContext(t *testing.T) {
	t.Parallel()

	s := pool(1)
	began := make(chan struct{}, 100)
	block := scheduler.NewTask(s, task.New("block", untilCancelled(began)))
	mustStart(t, s, scheduler.CancellationPolicy(scheduler.Continue))
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("enough")
	go func() {
		<-began
		cancel(why)
	}()
	var taken atomic.Int64
	var errs []error
	for _, err := range block.Map(ctx, upTo(50, &taken)) {
		errs = append(errs, err)
	}
	require.Len(t, errs, 1)
	require.ErrorIs(t, errs[0], why)
	require.EqualError(t, errs[0], "scheduler: mapping task block: enough")
	mustWait(t, s)
	require.EqualValues(t, taken.Load(), s.Counts().Cancelled)
	require.Equal(t, s.Counts().Submitted, s.Counts().Cancelled)

	var more atomic.Int64
	for _, err := range block.Map(ctx, upTo(50, &more)) {
		require.ErrorIs(t, err, why, "before anything is submitted")
	}
	require.Zero(t, more.Load())
}

func TestMapThatIsThroughIgnoresTheEndOfItsContext(t *testing.T) {
	t.Parallel()

	s := pool(1)
	double := doubleTask(s)
	mustStart(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	for v, err := range double.Map(ctx, slices.Values([]int{1, 2, 3})) {
		require.NoError(t, err)
		n++
		if v == 6 {
			cancel()
		}
	}
	require.Equal(t, 3, n)
	mustWait(t, s)
}

func TestMapYieldsBeforeSlowInputsAreComplete(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		s := pool(1)
		double := doubleTask(s)
		mustStart(t, s)
		slow := func(yield func(int) bool) {
			for i := range 10 {
				time.Sleep(time.Second) // the clock of the bubble
				if !yield(i) {
					return
				}
			}
		}
		began, i := time.Now(), 0
		for v, err := range double.Map(t.Context(), slow) {
			require.NoError(t, err)
			require.Equal(t, 2*i, v)
			i++
			require.LessOrEqual(t, time.Since(began), time.Duration(i+1)*time.Second)
		}
		require.Equal(t, 10, i)
		mustWait(t, s)
	})
}

// TestMapYieldsWhatHasEndedBeforeItAsks has a sequence make each input of the
// outcome before it.
func TestMapYieldsWhatHasEndedBeforeItAsks(t *testing.T) {
	t.Parallel()

	e := &byHand{}
	e.taking = e.run // every call ends where it is submitted
	s := quiet(e)
	double := doubleTask(s)
	mustStart(t, s)
	last := 1
	powers := func(yield func(int) bool) {
		for before := 0; last != before && last < 1000; {
			before = last
			if !yield(last) {
				return
			}
		}
	}
	var got []int
	for v, err := range double.Map(t.Context(), powers) {
		require.NoError(t, err)
		got = append(got, v)
		last = v
	}
	require.Equal(t, []int{2, 4, 8, 16, 32, 64, 128, 256, 512, 1024}, got)
	mustWait(t, s)

	refusedBefore := 0
	for _, err := range double.Map(t.Context(), func(yield func(int) bool) {
		for i := range 3 {
			require.Equal(t, i, refusedBefore)
			if !yield(i) {
				return
			}
		}
	}) {
		require.ErrorIs(t, err, scheduler.ErrNotRunning)
		refusedBefore++
	}
	require.Equal(t, 3, refusedBefore)
}

// TestMapHandsOverBatches asks for many inputs while nothing has ended.
func TestMapHandsOverBatches(t *testing.T) {
	t.Parallel()

	e := &byHand{}
	s := quiet(e)
	double := doubleTask(s)
	mustStart(t, s)
	var taken atomic.Int64
	var sizes []int
	e.taking = func(*scheduler.Call) {
		if n := int(taken.Load()); n == 1024 || n == 2000 || n > 1024 && (n-1024)%512 == 0 {
			calls := e.all()
			sizes = append(sizes, len(calls))
			go func() { // the executor's
				for _, c := range calls {
					err := c.Run(context.Background())
					e.host.End([]scheduler.Outcome{{Call: c, Err: err}})
				}
			}()
		}
	}
	i := 0
	for v, err := range double.Map(t.Context(), upTo(2000, &taken)) {
		require.NoError(t, err)
		require.Equal(t, 2*i, v)
		i++
	}
	require.Equal(t, 2000, i)
	require.Equal(t, 1024, sizes[0], "as many as may be in flight")
	mustWait(t, s)
}
