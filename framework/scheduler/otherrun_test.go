package scheduler_test

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// gatedContext lets whoever asks it next, once it is armed, wait at the gate.
type gatedContext struct {
	context.Context
	armed atomic.Bool
	gate  chan struct{}
}

func (c *gatedContext) Value(key any) any {
	if c.armed.CompareAndSwap(true, false) {
		<-c.gate
	}
	return c.Context.Value(key)
}

// TestALateCancelEndsNoOtherRun has the end of a run's context noticed only
// when another run goes on.
func TestALateCancelEndsNoOtherRun(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		s := pool(1)
		inner, cancel := context.WithCancel(context.Background())
		ctx := &gatedContext{Context: inner, gate: make(chan struct{})}
		require.NoError(t, s.Start(ctx))
		synctest.Wait()
		ctx.armed.Store(true)
		cancel()
		synctest.Wait()
		require.False(t, ctx.armed.Load(), "it is at the gate")
		s.Stop()
		require.Equal(t, "stopped by Scheduler.Stop", mustWait(t, s).Message)

		mustStart(t, s)
		close(ctx.gate)
		synctest.Wait()
		require.True(t, s.Running())
		require.Equal(t, scheduler.ExitExhausted, mustWait(t, s).Code)
	})
}

// TestATimeoutEndsNoOtherRun has runs end at the moment at which their time is
// over.
func TestATimeoutEndsNoOtherRun(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		s := pool(1)
		for range 500 {
			mustStart(t, s, scheduler.Timeout(time.Second))
			time.Sleep(time.Second)
			s.Stop()
			mustWait(t, s)
			mustStart(t, s, scheduler.KeepRunning())
			s.Stop()
			require.Equal(t, scheduler.ExitStopped, mustWait(t, s).Code)
		}
	})
}

func TestAFailureOfAnExecutorEndsNoOtherRun(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		e := newServed()
		s := quiet(e)
		mustRun(t, s)
		before := e.host
		mustStart(t, s)
		before.Fail(errors.New("of a run that is over"))
		synctest.Wait()
		require.True(t, s.Running())
		require.Equal(t, scheduler.ExitExhausted, mustWait(t, s).Code)
	})
}

// TestARunThatIsOverIsNotKept looks whether the run's context or its timer,
// both of which outlive it, keep the scheduler in memory.
func TestARunThatIsOverIsNotKept(t *testing.T) {
	t.Parallel()

	for name, opts := range map[string][]scheduler.RunOption{"context": nil, "timer": {scheduler.Timeout(24 * time.Hour)}} {
		ctx, cancel := context.WithCancel(context.Background())
		kept := func() weak.Pointer[scheduler.Scheduler] {
			s := quiet(local.Pool(1))
			_, err := s.Run(ctx, opts...)
			require.NoError(t, err)
			return weak.Make(s)
		}()
		for deadline := time.Now().Add(10 * time.Second); kept.Value() != nil; runtime.GC() {
			require.True(t, time.Now().Before(deadline), "kept by its %s", name)
		}
		cancel()
	}
}

func TestStoppingWhileExecutorsStart(t *testing.T) {
	t.Parallel()

	why := errors.New("not today")
	tests := map[string]struct {
		stop    func(s *scheduler.Scheduler, e *byHand)
		message string
		err     error
	}{
		"Stop": {func(s *scheduler.Scheduler, _ *byHand) { s.Stop() }, "stopped by Scheduler.Stop", nil},
		"the first counts": {func(s *scheduler.Scheduler, _ *byHand) {
			s.StopWith("first", nil)
			s.StopWith("second", why)
			s.Kill("third", why)
		}, "first", nil},
		"Kill":              {func(s *scheduler.Scheduler, _ *byHand) { s.Kill("kill it", why) }, "kill it", why},
		"a failure":         {func(_ *scheduler.Scheduler, e *byHand) { e.host.Fail(why) }, "an executor failed", why},
		"after another run": {func(s *scheduler.Scheduler, _ *byHand) { s.Stop() }, "stopped by Scheduler.Stop", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := &byHand{}
			s := quiet(e)
			if name == "after another run" {
				mustRun(t, s)
			}
			double := doubleTask(s)
			e.starting = func() { test.stop(s, e) }
			var told []string
			for _, ev := range s.Emitter().Events() {
				_, err := s.Emitter().OnName(ev.Name, func(any) { told = append(told, ev.Name) })
				require.NoError(t, err)
			}
			s.OnStart.Do(func() {
				_, err := double.Submit(1)
				require.ErrorIs(t, err, scheduler.ErrNotRunning)
				require.False(t, s.Running())
			}, event.Limit(1))
			exit := mustRun(t, s, scheduler.KeepRunning(), scheduler.ExceptionPolicy(scheduler.Continue))
			require.Equal(t, []string{"on_start", "on_stop", "on_finishing", "on_finished"}, told)
			require.Equal(t, scheduler.ExitStopped, exit.Code)
			require.Equal(t, test.message, exit.Message)
			require.Equal(t, test.err, exit.Err)

			e.starting = nil
			require.Equal(t, scheduler.ExitExhausted, mustRun(t, s).Code, "it is of that run only")
		})
	}
}

// TestKillingWhileExecutorsStartKills has executors and observers end at once.
func TestKillingWhileExecutorsStartKills(t *testing.T) {
	t.Parallel()

	var s *scheduler.Scheduler
	e := &byHand{starting: func() { s.Stop(); s.Kill("kill it", nil) }}
	var life context.Context
	s = quiet(e, scheduler.Observed(&watcher{finish: func(ctx context.Context) { life = ctx }}))
	mustRun(t, s)
	require.Error(t, life.Err())
	require.True(t, e.killed)
}

// asking is an error whose Is asks the scheduler.
type asking struct{ s *scheduler.Scheduler }

func (asking) Error() string { return "asking" }

func (e asking) Is(error) bool {
	e.s.Running()
	return false
}

func TestErrorsMayAskTheScheduler(t *testing.T) {
	t.Parallel()

	policy := scheduler.ExceptionPolicy(scheduler.ForError(errors.ErrUnsupported, scheduler.End), scheduler.Continue)
	for name, end := range map[string]func(s *scheduler.Scheduler, e *byHand){
		"StopWith": func(s *scheduler.Scheduler, _ *byHand) { s.StopWith("m", asking{s}) },
		"Kill":     func(s *scheduler.Scheduler, _ *byHand) { s.Kill("m", asking{s}) },
		"Fail":     func(s *scheduler.Scheduler, e *byHand) { e.host.Fail(asking{s}) },
	} {
		e := &byHand{}
		s := quiet(e)
		s.OnStart.Do(func() { end(s, e) })
		require.Equal(t, asking{s}, mustRun(t, s, policy).Err, name)
	}
	s := pool(1)
	fails := scheduler.NewTask(s, task.New("fails", func(context.Context, int) (int, error) { return 0, asking{s} }))
	s.OnStart.Do(func() { fails.Submit(1) })
	require.Equal(t, scheduler.ExitExhausted, mustRun(t, s, policy).Code)
}
