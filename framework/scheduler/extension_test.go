package scheduler_test

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// testExtension is an extension made of functions, either of which may be nil.
type testExtension struct {
	name   string
	attach func(scheduler.AnyTask) error
	pre    func(*scheduler.Submission) error
}

func (e *testExtension) Name() string { return e.name }

func (e *testExtension) Attach(t scheduler.AnyTask) error {
	if e.attach == nil {
		return nil
	}
	return e.attach(t)
}

func (e *testExtension) PreSubmit(sub *scheduler.Submission) error {
	if e.pre == nil {
		return nil
	}
	return e.pre(sub)
}

func TestExtensionsSeeEachOthersChanges(t *testing.T) {
	t.Parallel()

	s := pool(1)
	plus := func(n int) *testExtension {
		return &testExtension{name: "plus", pre: func(sub *scheduler.Submission) error {
			sub.Input = sub.Input.(int) + n
			return nil
		}}
	}
	times := &testExtension{name: "times", pre: func(sub *scheduler.Submission) error {
		sub.Input = sub.Input.(int) * 10
		return nil
	}}
	double := scheduler.NewTask(s, task.New("double", twice), plus(1), times)
	require.Len(t, double.Extensions(), 2)
	require.NoError(t, double.Attach(plus(5)))
	require.Len(t, double.Extensions(), 3)
	var submitted int
	double.OnSubmitted.Do(func(e scheduler.Submitted[int]) { submitted = e.Input })
	mustStart(t, s)
	f := mustSubmit(t, double, 2)
	v, err := f.Wait(t.Context())
	require.NoError(t, err)
	require.Equal(t, 70, v)
	mustWait(t, s)
	require.Equal(t, 35, submitted)
	require.Equal(t, 35, f.Input())
}

func TestReservations(t *testing.T) {
	t.Parallel()

	var log []string
	reserve := func(name string) *testExtension {
		return &testExtension{name: name, pre: func(sub *scheduler.Submission) error {
			sub.Reserve(func(f scheduler.AnyFuture) { log = append(log, "commit "+name) }, func() { log = append(log, "roll back "+name) })
			sub.Reserve(nil, nil)
			return nil
		}}
	}
	full := errors.New("full")
	refuse, stop := true, false
	s := pool(1)
	gate := &testExtension{name: "gate", pre: func(*scheduler.Submission) error {
		if refuse {
			return full
		}
		if stop {
			s.Stop()
		}
		return nil
	}}
	double := scheduler.NewTask(s, task.New("double", twice), reserve("a"), reserve("b"), gate, reserve("c"))
	mustStart(t, s)
	_, err := double.Submit(1)
	require.ErrorIs(t, err, full)
	require.EqualError(t, err, "scheduler: submit to task double refused: extension gate: full")
	require.Equal(t, []string{"roll back b", "roll back a"}, log, "a refusal ends the chain")
	log, refuse = nil, false
	mustSubmit(t, double, 1)
	require.Equal(t, []string{"commit a", "commit b", "commit c"}, log)
	log, stop = nil, true
	_, err = double.Submit(1)
	mustWait(t, s)
	require.ErrorIs(t, err, scheduler.ErrNotRunning)
	require.Equal(t, []string{"roll back c", "roll back b", "roll back a"}, log, "refused after all")
	require.Equal(t, 1, double.OnSubmitted.Count())
}

func TestExtensionsThatMisbehave(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		pre  func(*scheduler.Submission) error
		want string
	}{
		"panic":      {func(*scheduler.Submission) error { panic("oops") }, "PreSubmit of extension x panicked: oops"},
		"wrong type": {func(sub *scheduler.Submission) error { sub.Input = "text"; return nil }, "an extension turned the input into a string; it takes a int"},
		"nil":        {func(sub *scheduler.Submission) error { sub.Input = nil; return nil }, "an extension turned the input into a <nil>; it takes a int"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rolledBack := false
			first := &testExtension{name: "first", pre: func(sub *scheduler.Submission) error {
				sub.Reserve(nil, func() { rolledBack = true })
				return nil
			}}
			s := pool(1)
			double := scheduler.NewTask(s, task.New("double", twice), first, &testExtension{name: "x", pre: test.pre})
			mustStart(t, s)
			_, err := double.Submit(1)
			require.EqualError(t, err, "scheduler: submit to task double refused: "+test.want)
			require.True(t, rolledBack)
			mustWait(t, s)
			require.Zero(t, s.Counts().Submitted)
		})
	}
}

func TestANilInputPassesExtensions(t *testing.T) {
	t.Parallel()

	s := pool(1)
	echo := scheduler.NewTask(s, task.New("echo", func(_ context.Context, v any) (any, error) { return v, nil }), &testExtension{name: "x"})
	mustStart(t, s)
	v, err := echo.Call(t.Context(), nil)
	require.NoError(t, err)
	require.Nil(t, v)
	mustWait(t, s)
}

func TestAttachErrors(t *testing.T) {
	t.Parallel()

	s := pool(1)
	bad := &testExtension{name: "bad", attach: func(scheduler.AnyTask) error { return errors.New("not here") }}
	_, err := scheduler.AddTask(s, task.New("double", twice), bad)
	require.EqualError(t, err, "scheduler: task double: extension bad: not here")
	require.Nil(t, s.Task("double"))
	double := doubleTask(s)
	require.ErrorContains(t, double.Attach(bad), "not here")
	unattached := &testExtension{name: "unattached", attach: func(scheduler.AnyTask) error { panic("attached") }}
	require.EqualError(t, double.Attach(unattached, nil), "scheduler: task double: extension 2 is nil")
	require.Empty(t, double.Extensions())
}

// greedy asks for limits.
type greedy struct {
	testExtension
	limits scheduler.Limits
}

func (g *greedy) Limits() scheduler.Limits { return g.limits }

func TestLimitsThatCannotBeEnforcedAreNotAttached(t *testing.T) {
	t.Parallel()

	double := doubleTask(pool(1))
	g := &greedy{testExtension{name: "greedy", attach: func(scheduler.AnyTask) error { panic("attached") }}, scheduler.Limits{CPU: 1}}
	require.ErrorIs(t, double.Attach(g), scheduler.ErrLimits)
	require.Empty(t, double.Extensions())
}

func TestExtensionEventsAndConstraints(t *testing.T) {
	t.Parallel()

	limit := event.New[int]("limit-reached")
	s := pool(1)
	when := time.Now().Add(time.Hour)
	ext := &testExtension{name: "limit",
		attach: func(t scheduler.AnyTask) error { t.Emitter().Add(limit); return nil },
		pre: func(sub *scheduler.Submission) error {
			sub.Constraints.Deadline = when
			event.Emit(sub.Task, limit, sub.Input.(int))
			return nil
		}}
	var deadline time.Time
	double := scheduler.NewTask(s, task.New("double", func(ctx context.Context, x int) (int, error) {
		deadline, _ = ctx.Deadline()
		return x, nil
	}), ext)
	status, err := double.Emitter().Lookup("limit-reached")
	require.NoError(t, err, "known before it is heard")
	require.Equal(t, "int", status.ValueType)
	var got []string
	event.On(double, limit, func(int) { got = append(got, "limit") })
	s.OnFutureSubmitted.Do(func(scheduler.FutureSubmitted) { got = append(got, "submitted") })
	s.OnStart.Do(func() {
		double.Submit(1)
		got = append(got, "start")
	})
	mustRun(t, s)
	require.Equal(t, []string{"start", "limit", "submitted"}, got, "what PreSubmit emits takes its place")
	require.True(t, when.Equal(deadline))
}

func TestPreSubmitIsSerialisedPerTask(t *testing.T) {
	t.Parallel()

	s := pool(2)
	var inside atomic.Int32
	reserved := 0 // without a lock, for the race detector
	ext := &testExtension{name: "count", pre: func(sub *scheduler.Submission) error {
		if inside.Add(1) != 1 {
			t.Error("PreSubmit is asked twice at a time")
		}
		runtime.Gosched() // lets others in, if they can
		inside.Add(-1)
		if reserved >= 50 {
			return errors.New("full")
		}
		reserved++
		return nil
	}}
	double := scheduler.NewTask(s, task.New("double", twice), ext)
	mustStart(t, s)
	done := make(chan struct{})
	for range 4 {
		go func() {
			for i := range 100 {
				double.Submit(i)
			}
			done <- struct{}{}
		}()
	}
	for range 4 {
		<-done
	}
	mustWait(t, s)
	require.Equal(t, scheduler.Counts{Submitted: 50, Results: 50, Refused: 350}, s.Counts())
}
