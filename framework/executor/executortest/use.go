package executortest

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/signalbox-go/signalbox/framework/scheduler"
)

func testCall(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	r := record(sched)
	inc := recordTask(r, scheduler.NewTask(sched, increment))
	until := recordTask(r, scheduler.NewTask(sched, untilEnd))
	wait := start(t, sched, tolerant()...)
	for i := range 50 {
		out, err := inc.Call(within(t), i)
		require.NoError(t, err)
		require.Equal(t, i+1, out)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := until.Call(ctx, 0)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	wait()
	r.check(t, sched, 51)
}

func testMap(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	r := record(sched)
	inc := recordTask(r, scheduler.NewTask(sched, increment))
	wait := start(t, sched, tolerant()...)
	const n = 5000
	inputs := func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
	next := 0
	for out, err := range inc.Map(within(t), inputs) {
		require.NoError(t, err)
		next++
		require.Equal(t, next, out)
	}
	require.Equal(t, n, next)
	wait()
	r.check(t, sched, n)
}

func testMapLeft(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	g := newGate(t)
	atGate := scheduler.NewTask(sched, hold)
	wait := start(t, sched, tolerant()...)
	var inputs []holding
	for i := range 100 {
		inputs = append(inputs, g.in(fmt.Sprint(i), heeding))
	}
	go func() { g.arrived("0").letGo() }()
	for _, err := range atGate.Map(within(t), slices.Values(inputs)) {
		require.NoError(t, err)
		break
	}
	wait()
	counts := sched.Counts()
	require.Equal(t, counts.Submitted, counts.Results+counts.Cancelled)
	require.Positive(t, counts.Cancelled)
}

func testTwoTasks(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	r := record(sched)
	one := recordTask(r, scheduler.NewTask(sched, increment.As("one")))
	two := recordTask(r, scheduler.NewTask(sched, increment.As("two")))
	sched.OnStart.Do(func() { submit(t, one, 1) })
	one.OnResult.Do(func(e scheduler.Result[int]) { submit(t, two, e.Value) })
	var last int
	two.OnResult.Do(func(e scheduler.Result[int]) { last = e.Value })
	run(t, sched)
	require.Equal(t, 3, last)
	require.Equal(t, uint64(1), one.Stats().Results)
	require.Equal(t, uint64(1), two.Stats().Results)
	r.check(t, sched, 2)
}

func testLoose(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	var values []any
	sched.OnFutureResult.Do(func(e scheduler.FutureResult) { values = append(values, e.Value()) })
	sched.OnStart.Do(func() {
		f, err := scheduler.Submit(sched, increment, 41)
		require.NoError(t, err)
		require.Equal(t, increment.Name(), f.Task())
	})
	run(t, sched)
	require.Equal(t, []any{42}, values)
}

func testSubmitInCallbacks(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	r := record(sched)
	inc := recordTask(r, scheduler.NewTask(sched, increment))
	const chain = 200
	last := 0
	sched.OnStart.Do(func() { submit(t, inc, 0) })
	inc.OnResult.Do(func(e scheduler.Result[int]) {
		if last = e.Value; last < chain {
			submit(t, inc, last)
		}
	})
	refilled := false
	sched.OnEmpty.Do(func() {
		if !refilled && last == chain {
			refilled = true
			out, err := submit(t, inc, 1000).Wait(within(t)) // waiting inside a callback works
			require.NoError(t, err)
			require.Equal(t, 1001, out)
		}
	})
	run(t, sched)
	require.True(t, refilled)
	r.check(t, sched, chain+1)
}

func testSubmitWhileStopping(t *testing.T, s *suite) {
	for _, options := range [][]scheduler.RunOption{tolerant(), tolerant(scheduler.KillAtEnd())} {
		sched := s.scheduler(t)
		r := record(sched)
		inc := recordTask(r, scheduler.NewTask(sched, increment))
		refusals := 0
		refuse := func() {
			_, err := inc.Submit(0)
			require.ErrorIs(t, err, scheduler.ErrNotRunning)
			refusals++
		}
		sched.OnStop.Do(func(scheduler.Stopped) { refuse() })
		sched.OnFinishing.Do(refuse)
		sched.OnFinished.Do(refuse)
		wait := start(t, sched, options...)
		var accepted [4]int
		var done sync.WaitGroup
		for i := range accepted {
			done.Go(func() {
				for {
					if _, err := inc.Submit(i); err != nil {
						return
					}
					if accepted[i]++; accepted[i] == 100 && i == 0 {
						sched.Stop()
						sched.Stop()
					}
					runtime.Gosched()
				}
			})
		}
		done.Wait()
		require.Equal(t, scheduler.ExitStopped, wait().Code)
		require.Equal(t, 3, refusals)
		r.check(t, sched, accepted[0]+accepted[1]+accepted[2]+accepted[3])
	}
}

// named is an executor under another name.
type named struct {
	scheduler.Executor
	name string
}

func (n named) Name() string { return n.name }

func testSeveral(t *testing.T, s *suite) {
	sched := scheduler.New(named{s.newExecutor(t), "left"}, scheduler.Also(named{s.newExecutor(t), "right"}))
	_, err := scheduler.AddTask(sched, increment)
	if err == nil {
		err = sched.Start(within(t)) // executors that learn when they start what they have
	}
	require.ErrorContains(t, err, "choose one of left, right")

	sched = scheduler.New(named{s.newExecutor(t), "left"}, scheduler.Also(named{s.newExecutor(t), "right"}))
	r := record(sched)
	left := recordTask(r, scheduler.NewTask(sched, whoami.As("l").On("left")))
	right := recordTask(r, scheduler.NewTask(sched, whoami.As("r").On("right")))
	wait := start(t, sched)
	l, err := left.Call(within(t), 0)
	require.NoError(t, err)
	r2, err := right.Call(within(t), 0)
	require.NoError(t, err)
	if s.Isolated {
		require.NotEqual(t, l.PID, r2.PID)
	}
	for range 100 {
		submit(t, left, 0)
		submit(t, right, 0)
	}
	wait()
	r.check(t, sched, 202)
}

func testNothingLeft(t *testing.T, s *suite) {
	before := goleak.IgnoreCurrent()
	for range 3 {
		sched := s.scheduler(t)
		inc := scheduler.NewTask(sched, increment)
		holding := scheduler.NewTask(sched, hold)
		g := newGate(t)
		wait := start(t, sched, tolerant(scheduler.KillAtEnd())...)
		for i := range 100 {
			submit(t, inc, i)
		}
		f := submit(t, holding, g.in("it", heeding))
		g.arrived("it")
		f.Cancel()
		await(t, f)
		g.fill(t, sched, holding, heeding)
		sched.Stop()
		wait()
	}
	goleak.VerifyNone(t, before, goleak.IgnoreAnyFunction("github.com/signalbox-go/signalbox/framework/executor/executortest.newGate.func1"))
}
