package scheduler_test

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

func TestPriorities(t *testing.T) {
	t.Parallel()
	s := pool(1)
	var order []int // only ever one call runs
	note := func(_ context.Context, x int) (int, error) { order = append(order, x); return x, nil }
	plain := scheduler.NewTask(s, task.New("plain", note))
	urgent := scheduler.NewTask(s, task.New("urgent", note), scheduler.Priority(1))
	s.Pause()
	mustStart(t, s)
	submit := func(tsk *scheduler.Task[int, int], x int, opts ...scheduler.CallOption) *scheduler.Future[int] {
		f, err := tsk.Submit(x, opts...)
		require.NoError(t, err)
		return f
	}
	submit(plain, 1)
	submit(plain, 2, scheduler.Priority(-1))
	submit(urgent, 3)
	submit(plain, 4)
	submit(urgent, 5, scheduler.Priority(9)) // goes before the task's
	submit(urgent, 6)
	f := submit(plain, 7, scheduler.Priority(1))
	f.Cancel()
	submit(plain, 8, scheduler.Priority(1))
	s.Resume()
	_, _ = s.Wait()
	require.Equal(t, []int{5, 3, 6, 8, 1, 4, 2}, order)
}

// The last priority that is given counts, the call's own before its task's.
func TestSeveralPriorities(t *testing.T) {
	t.Parallel()
	s := pool(1)
	var order []int // only ever one call runs
	note := task.New("note", func(_ context.Context, x int) (int, error) { order = append(order, x); return x, nil })
	plain := scheduler.NewTask(s, note)
	urgent := scheduler.NewTask(s, note.As("urgent"), scheduler.Priority(3), scheduler.Priority(5))
	s.Pause()
	mustStart(t, s)
	for i, c := range []struct {
		task *scheduler.Task[int, int]
		opts []scheduler.CallOption
	}{
		{plain, []scheduler.CallOption{scheduler.Priority(math.MinInt)}},
		{plain, nil},
		{urgent, []scheduler.CallOption{scheduler.Priority(0)}},
		{plain, []scheduler.CallOption{scheduler.Priority(4)}},
		{urgent, nil},
		{plain, []scheduler.CallOption{scheduler.Priority(9), scheduler.Priority(2)}},
		{plain, []scheduler.CallOption{scheduler.Priority(math.MaxInt)}},
	} {
		_, err := c.task.Submit(i, c.opts...)
		require.NoError(t, err)
	}
	s.Resume()
	mustWait(t, s)
	require.Equal(t, []int{6, 4, 3, 5, 1, 2, 0}, order)
}

func TestDeadlines(t *testing.T) {
	t.Parallel()
	until := time.Now().Add(time.Hour)
	got := make(chan time.Time, 10)
	def := task.New("ask", func(ctx context.Context, _ int) (int, error) {
		d, _ := ctx.Deadline()
		got <- d
		return 0, nil
	})
	s := pool(1)
	plain := scheduler.NewTask(s, def)
	bound := scheduler.NewTask(s, def.As("bound"), scheduler.Before(until))
	mustStart(t, s)
	before := time.Now()
	for _, c := range []struct {
		task      *scheduler.Task[int, int]
		opts      []scheduler.CallOption
		low, high time.Time
	}{
		{plain, nil, time.Time{}, time.Time{}},
		{plain, []scheduler.CallOption{scheduler.Before(until)}, until, until},
		{plain, []scheduler.CallOption{scheduler.Within(time.Hour)}, before.Add(time.Hour), before.Add(2 * time.Hour)},
		{bound, nil, until, until},
		{bound, []scheduler.CallOption{scheduler.Before(until.Add(1))}, until, until},
	} {
		_, err := c.task.Call(t.Context(), 0, c.opts...)
		require.NoError(t, err)
		d := <-got
		require.False(t, d.Before(c.low), "%v, not %v", d, c.low)
		require.False(t, d.After(c.high), "%v, not %v", d, c.high)
	}
	mustWait(t, s)
	require.PanicsWithValue(t, "scheduler: Within needs a duration greater than 0, not 0s", func() { scheduler.Within(0) })
	require.PanicsWithValue(t, "scheduler: Before needs a time, not the zero one", func() { scheduler.Before(time.Time{}) })
}
