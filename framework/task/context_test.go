package task_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/task"
)

type contextKey struct{}

func TestContextCarries(t *testing.T) {
	t.Parallel()
	_, ok := task.InfoFrom(t.Context())
	require.False(t, ok)
	until := time.Now().Add(time.Hour)
	base, release := context.WithDeadline(context.WithValue(t.Context(), contextKey{}, "base"), until)
	defer release()
	info := task.Info{Task: "t", Future: 7, Attempt: 2, Worker: 3}
	ctx, cancel := task.Context(base, info, time.Time{})
	defer cancel(nil)
	got, ok := task.InfoFrom(ctx)
	require.True(t, ok)
	require.Equal(t, info, got)
	require.Equal(t, "base", ctx.Value(contextKey{}))
	d, ok := ctx.Deadline()
	require.True(t, ok)
	require.Equal(t, until, d)
	child, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	got, _ = task.InfoFrom(child)
	require.Equal(t, info, got)

	// The earlier deadline counts.
	for own, want := range map[time.Time]time.Time{until.Add(-time.Minute): until.Add(-time.Minute), until.Add(time.Minute): until} {
		ctx, cancel := task.Context(base, info, own)
		d, ok := ctx.Deadline()
		require.True(t, ok)
		require.Equal(t, want, d)
		cancel(nil)
	}
}

// However it is looked at, before or after its end, it has ended as it was.
func TestContextEnds(t *testing.T) {
	t.Parallel()
	why := errors.New("why")
	for name, early := range map[string]bool{"looked at before": true, "looked at after": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := task.Context(t.Context(), task.Info{}, time.Time{})
			require.NoError(t, ctx.Err())
			var child context.Context
			if early {
				var stop func()
				child, stop = context.WithCancel(ctx)
				defer stop()
				require.NoError(t, child.Err())
				require.NoError(t, context.Cause(ctx))
			}
			cancel(why)
			cancel(errors.New("another"))
			require.ErrorIs(t, ctx.Err(), context.Canceled)
			require.Equal(t, why, context.Cause(ctx))
			<-ctx.Done()
			if !early {
				var stop func()
				child, stop = context.WithCancel(ctx)
				defer stop()
			}
			<-child.Done()
			require.Equal(t, why, context.Cause(child))
		})
	}
}

func TestContextEndsWithItsBase(t *testing.T) {
	t.Parallel()
	why := errors.New("why")
	base, end := context.WithCancelCause(t.Context())
	untouched, cancel := task.Context(base, task.Info{}, time.Time{})
	defer cancel(nil)
	touched, cancel2 := task.Context(base, task.Info{}, time.Time{})
	defer cancel2(nil)
	done := touched.Done()
	end(why)
	<-done
	require.ErrorIs(t, untouched.Err(), context.Canceled)
	require.Equal(t, why, context.Cause(untouched))
	require.Equal(t, why, context.Cause(touched))
}

func TestContextDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := task.Context(context.Background(), task.Info{}, time.Now().Add(time.Minute))
		defer cancel(nil)
		require.NoError(t, ctx.Err())
		time.Sleep(time.Minute)
		synctest.Wait()
		require.ErrorIs(t, ctx.Err(), context.DeadlineExceeded)
		<-ctx.Done()
	})
}

func TestContextIsCheap(t *testing.T) {
	base, end := context.WithCancel(context.Background())
	defer end()
	require.EqualValues(t, 2, testing.AllocsPerRun(100, func() { // it and the function that ends it
		ctx, cancel := task.Context(base, task.Info{Task: "t"}, time.Time{})
		_ = ctx.Err()
		cancel(nil)
	}))
}
