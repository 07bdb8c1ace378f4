package executortest

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// tolerant are the options of runs in which calls fail and are cancelled.
func tolerant(more ...scheduler.RunOption) []scheduler.RunOption {
	return append([]scheduler.RunOption{
		scheduler.ExceptionPolicy(scheduler.Continue), scheduler.CancellationPolicy(scheduler.Continue),
	}, more...)
}

// scheduler returns a scheduler on a new executor.
func (s *suite) scheduler(t *testing.T, opts ...scheduler.Option) *scheduler.Scheduler {
	t.Helper()
	return scheduler.New(s.newExecutor(t), append([]scheduler.Option{scheduler.Logger(slog.New(slog.DiscardHandler))}, opts...)...)
}

// within returns a context that fails what hangs.
func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	t.Cleanup(cancel)
	return ctx
}

// run runs s to its end.
func run(t *testing.T, s *scheduler.Scheduler, opts ...scheduler.RunOption) scheduler.Exit {
	t.Helper()
	ctx := within(t)
	exit, err := s.Run(ctx, opts...)
	require.NoError(t, ctx.Err(), "the run hangs")
	require.NoError(t, err)
	return exit
}

// start starts a run that is ended with the test.
func start(t *testing.T, s *scheduler.Scheduler, opts ...scheduler.RunOption) (wait func() scheduler.Exit) {
	t.Helper()
	require.NoError(t, s.Start(within(t), opts...))
	wait = sync.OnceValue(func() scheduler.Exit {
		exit, err := s.Wait()
		require.NoError(t, err)
		return exit
	})
	t.Cleanup(func() {
		s.Kill("the test is over", nil)
		_, _ = s.Wait()
	})
	return wait
}

func submit[In, Out any](t *testing.T, task *scheduler.Task[In, Out], in In) *scheduler.Future[Out] {
	t.Helper()
	f, err := task.Submit(in)
	require.NoError(t, err)
	return f
}

// await waits for the end of a future.
func await(t *testing.T, f scheduler.AnyFuture) {
	t.Helper()
	select {
	case <-f.Done():
	case <-time.After(patience):
		require.FailNow(t, "the future does not end", "task %s, state %s", f.Task(), f.State())
	}
}

// requireOpen requires that a future has not ended.
func requireOpen(t *testing.T, f scheduler.AnyFuture) {
	t.Helper()
	select {
	case <-f.Done():
		require.FailNow(t, "the future has ended", "%s: %v", f.State(), f.Err())
	default:
	}
}

// requireCancelled requires that a future was cancelled for that reason.
func requireCancelled(t *testing.T, f scheduler.AnyFuture, cause error) {
	t.Helper()
	await(t, f)
	require.Equal(t, scheduler.Cancelled, f.State(), "%v", f.Err())
	require.ErrorIs(t, f.Err(), scheduler.ErrCancelled)
	if cause != nil {
		require.ErrorIs(t, f.Err(), cause)
	}
	require.Nil(t, f.Value())
}

// workers returns how many calls run at a time.
func workers(s *scheduler.Scheduler) int {
	n := 0
	for _, e := range s.Snapshot().Executors {
		n = max(n, e.Workers)
	}
	return n
}

// fill has every worker hold a call, and returns those calls.
func (g *gate) fill(t *testing.T, s *scheduler.Scheduler, task *scheduler.Task[holding, string], how string) ([]*scheduler.Future[string], []*held) {
	t.Helper()
	var futures []*scheduler.Future[string]
	var all []*held
	for range workers(s) {
		futures = append(futures, submit(t, task, g.in("filler", how)))
	}
	for range futures {
		all = append(all, g.next())
	}
	return futures, all
}
