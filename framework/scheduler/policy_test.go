package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// failWith runs a scheduler whose one task fails with err.
func failWith(t *testing.T, err error, opts ...scheduler.RunOption) (*scheduler.Scheduler, scheduler.Exit, error) {
	t.Helper()
	s := pool(1)
	fail := scheduler.NewTask(s, task.New("fail", func(context.Context, int) (int, error) { return 0, err }))
	s.OnStart.Do(func() { fail.Submit(1) })
	exit, runErr := s.Run(t.Context(), opts...)
	require.Equal(t, 1, fail.OnException.Count(), "it is told whatever the policy")
	require.Equal(t, 1, s.OnFutureException.Count())
	return s, exit, runErr
}

func TestExceptionPolicies(t *testing.T) {
	t.Parallel()

	quota := errors.New("quota")
	wrapped := fmt.Errorf("outer: %w", quota)
	custom := fmt.Errorf("outer: %w", customError{"x"})
	c, e, r := scheduler.Continue, scheduler.End, scheduler.Raise
	rules := func(rules ...scheduler.Rule) []scheduler.RunOption {
		return []scheduler.RunOption{scheduler.ExceptionPolicy(rules...)}
	}
	tests := map[string]struct {
		err  error
		opts []scheduler.RunOption
		want scheduler.Action
	}{
		"default":               {quota, nil, r},
		"no rules":              {quota, rules(), r},
		"raise":                 {quota, rules(r), r},
		"end":                   {quota, rules(e), e},
		"continue":              {quota, rules(c), c},
		"by errors.Is":          {wrapped, rules(scheduler.ForError(quota, e), c), e},
		"by errors.As":          {custom, rules(scheduler.ForErrorType[customError](c)), c},
		"by what it wraps":      {custom, rules(scheduler.ForErrorType[baseCustomError](e)), e},
		"first match":           {custom, rules(scheduler.ForError(quota, r), scheduler.ForErrorType[customError](c), e), c},
		"no match":              {wrapped, rules(scheduler.ForErrorType[customError](c)), r},
		"by kind":               {task.WithKind("quota", wrapped), rules(scheduler.ForError(task.Kind("quota"), c)), c},
		"a kind of another one": {task.WithKind("other", wrapped), rules(scheduler.ForError(task.Kind("quota"), c)), r},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, exit, err := failWith(t, test.err, test.opts...)
			if test.want == c {
				require.NoError(t, err)
				require.Equal(t, scheduler.ExitExhausted, exit.Code)
				require.NoError(t, exit.Err)
				require.Zero(t, s.OnStop.Count())
				return
			}
			require.Equal(t, scheduler.ExitException, exit.Code)
			require.Equal(t, test.err, exit.Err)
			require.Equal(t, "exception in future 1 of task fail: "+test.err.Error(), exit.Message)
			require.Equal(t, 1, s.OnStop.Count())
			if test.want == r {
				require.Equal(t, test.err, err)
			} else {
				require.NoError(t, err)
			}
		})
	}
}

func TestTheFirstErrorWins(t *testing.T) {
	t.Parallel()

	s := pool(1)
	fail := scheduler.NewTask(s, task.New("fail", func(_ context.Context, n int) (int, error) { return 0, fmt.Errorf("error %d", n) }))
	s.OnStart.Do(func() {
		for i := range 5 {
			fail.Submit(i + 1)
		}
	})
	s.OnFinishing.Do(func() { panic("later") })
	_, err := s.Run(t.Context())
	require.EqualError(t, err, "error 1")
	require.Equal(t, 5, fail.OnException.Count(), "what was accepted completes")
}

func TestCancellationPolicies(t *testing.T) {
	t.Parallel()

	why := errors.New("not needed")
	tests := map[string]struct {
		opts   []scheduler.RunOption
		code   scheduler.ExitCode
		raised bool
	}{
		"default":                         {nil, scheduler.ExitCancelled, true},
		"end":                             {[]scheduler.RunOption{scheduler.CancellationPolicy(scheduler.End)}, scheduler.ExitCancelled, false},
		"continue":                        {[]scheduler.RunOption{scheduler.CancellationPolicy(scheduler.Continue)}, scheduler.ExitExhausted, false},
		"by cause":                        {[]scheduler.RunOption{scheduler.CancellationPolicy(scheduler.ForError(why, scheduler.Continue))}, scheduler.ExitExhausted, false},
		"the other policy does not count": {[]scheduler.RunOption{scheduler.ExceptionPolicy(scheduler.Continue)}, scheduler.ExitCancelled, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := pool(1)
			block := scheduler.NewTask(s, task.New("block", untilCancelled(make(chan struct{}, 1))))
			s.OnStart.Do(func() { mustSubmit(t, block, 1).Cancel(why) })
			exit, err := s.Run(t.Context(), test.opts...)
			require.Equal(t, test.code, exit.Code)
			require.Equal(t, 1, block.OnCancelled.Count())
			require.Zero(t, block.OnDone.Count())
			require.Zero(t, s.OnFutureDone.Count())
			if !test.raised {
				require.NoError(t, err)
				return
			}
			var cancelled *scheduler.CancelledError
			require.ErrorAs(t, err, &cancelled)
			require.Equal(t, &scheduler.CancelledError{Task: "block", Future: 1, Cause: why}, cancelled)
			require.EqualError(t, err, "future 1 of task block was cancelled: not needed")
		})
	}
}

func TestACancellationAfterAPlainStopKeepsItsCode(t *testing.T) {
	t.Parallel()

	s := pool(1)
	block := scheduler.NewTask(s, task.New("block", untilCancelled(make(chan struct{}, 1))))
	s.OnStart.Do(func() {
		f := mustSubmit(t, block, 1)
		f.Cancel()
		// Once it has ended, its end stands before the stop.
		_, _ = f.Wait(t.Context())
		s.OnStop.Do(func(e scheduler.Stopped) { require.NoError(t, e.Err) })
	})
	s.OnFutureCancelled.Do(func(scheduler.FutureCancelled) { s.Stop() })
	exit, err := s.Run(t.Context())
	require.ErrorIs(t, err, scheduler.ErrCancelled)
	require.Equal(t, scheduler.ExitCancelled, exit.Code)
}

func TestPanicsOfCallbacksAndPredicates(t *testing.T) {
	t.Parallel()

	boom := errors.New("boom")
	for name, misbehave := range map[string]func(*scheduler.Scheduler, *scheduler.Task[int, int]){
		"callback of a run": func(s *scheduler.Scheduler, _ *scheduler.Task[int, int]) { s.OnStart.Do(func() { panic(boom) }) },
		"callback of a task": func(_ *scheduler.Scheduler, d *scheduler.Task[int, int]) {
			d.OnResult.Do(func(scheduler.Result[int]) { panic(boom) })
		},
		"predicate": func(s *scheduler.Scheduler, _ *scheduler.Task[int, int]) {
			s.OnFutureDone.Do(func(scheduler.FutureDone) {}, event.When(func() bool { panic(boom) }))
		},
		"done-callback": func(s *scheduler.Scheduler, d *scheduler.Task[int, int]) {
			d.OnSubmitted.Do(func(e scheduler.Submitted[int]) { e.Future.WhenDone(func(scheduler.AnyFuture) { panic(boom) }) })
		},
		"event of the user's": func(s *scheduler.Scheduler, _ *scheduler.Task[int, int]) {
			mine := event.NewSignal("mine")
			event.OnSignal(s, mine, func() { panic(boom) })
			s.OnStart.Do(func() { event.EmitSignal(s, mine) })
		},
		"last event": func(s *scheduler.Scheduler, _ *scheduler.Task[int, int]) { s.OnFinished.Do(func() { panic(boom) }) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &logged{}
			for _, policy := range []scheduler.Action{scheduler.Raise, scheduler.End, scheduler.Continue} {
				s := scheduler.New(newServed(task.New("double", twice)), scheduler.Logger(slogOf(log)))
				double := doubleTask(s)
				s.OnStart.Do(func() { double.Submit(1) })
				misbehave(s, double)
				exit, err := s.Run(t.Context(), scheduler.ExceptionPolicy(policy))
				require.Equal(t, 1, s.OnFinished.Count())
				require.Equal(t, 1, double.OnResult.Count())
				switch policy {
				case scheduler.Raise:
					var p *event.PanicError
					require.ErrorAs(t, err, &p)
					require.Contains(t, p.Stack, "policy_test.go")
					fallthrough
				case scheduler.End:
					require.ErrorIs(t, exit.Err, boom)
					require.Equal(t, scheduler.ExitException, exit.Code)
				case scheduler.Continue:
					require.NoError(t, err)
					require.Equal(t, scheduler.ExitExhausted, exit.Code)
				}
			}
			failures := log.with("callback failed")
			require.Len(t, failures, 3, "each is logged")
			require.Contains(t, failures[0]["error"], "boom")
			require.Contains(t, failures[0]["stack"], "policy_test.go")
		})
	}
}

// Errors that Call and Map return are dealt with by their caller; a run that
// serves many callers must not end because one of them lost patience.
func TestErrorsOfCallAndMapBelongToTheirCaller(t *testing.T) {
	t.Parallel()

	s := pool(2)
	why := errors.New("why")
	fail := scheduler.NewTask(s, task.New("fail", func(context.Context, int) (int, error) { return 0, why }))
	block := scheduler.NewTask(s, task.New("block", func(ctx context.Context, _ int) (int, error) {
		<-ctx.Done()
		return 0, context.Cause(ctx)
	}))
	mustStart(t, s, scheduler.KeepRunning())
	_, err := fail.Call(t.Context(), 1)
	require.ErrorIs(t, err, why)
	for _, err := range fail.Map(t.Context(), upTo(3, new(atomic.Int64))) {
		require.ErrorIs(t, err, why)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	_, err = block.Call(ctx, 1)
	require.ErrorIs(t, err, why)
	_, err = fail.Call(t.Context(), 1)
	require.ErrorIs(t, err, why, "the run goes on")
	s.Stop()
	exit := mustWait(t, s)
	require.Equal(t, scheduler.ExitStopped, exit.Code)
	require.Equal(t, 5, s.OnFutureException.Count(), "events tell of them")
	require.Equal(t, 1, s.OnFutureCancelled.Count())

	mustStart(t, s)
	_, err = fail.Submit(1)
	require.NoError(t, err)
	_, err = s.Wait()
	require.ErrorIs(t, err, why, "those of Submit do end it")
}
