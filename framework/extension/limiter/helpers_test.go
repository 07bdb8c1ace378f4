package limiter_test

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

func quiet(e scheduler.Executor) *scheduler.Scheduler {
	return scheduler.New(e, scheduler.Logger(slog.New(slog.DiscardHandler)))
}

func pool(n int) *scheduler.Scheduler { return quiet(local.Pool(n)) }

var tolerant = []scheduler.RunOption{scheduler.ExceptionPolicy(scheduler.Continue), scheduler.CancellationPolicy(scheduler.Continue)}

func start(t *testing.T, s *scheduler.Scheduler, opts ...scheduler.RunOption) {
	t.Helper()
	require.NoError(t, s.Start(t.Context(), append(opts, tolerant...)...))
}

func wait(t *testing.T, s *scheduler.Scheduler) scheduler.Exit {
	t.Helper()
	exit, err := s.Wait()
	require.NoError(t, err)
	return exit
}

func submit[In, Out any](t *testing.T, tsk *scheduler.Task[In, Out], in In, opts ...scheduler.CallOption) *scheduler.Future[Out] {
	t.Helper()
	f, err := tsk.Submit(in, opts...)
	require.NoError(t, err)
	return f
}

// echo returns its input.
func echo(_ context.Context, x int) (int, error) { return x, nil }

// gauge counts how many calls run at a time.
type gauge struct{ now, most atomic.Int32 }

func (g *gauge) enter() {
	n := g.now.Add(1)
	for {
		most := g.most.Load()
		if n <= most || g.most.CompareAndSwap(most, n) {
			return
		}
	}
}

// sleeper is a task that takes so many seconds, unless it is cancelled.
func sleeper(name string, g *gauge) *task.Def[int, int] {
	return task.New(name, func(ctx context.Context, seconds int) (int, error) {
		g.enter()
		defer g.now.Add(-1)
		select {
		case <-time.After(time.Duration(seconds) * time.Second):
			return seconds, nil
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	})
}
