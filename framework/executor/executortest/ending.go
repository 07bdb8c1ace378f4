package executortest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

func testKillAtEnd(t *testing.T, s *suite) { killAtEnd(t, s, heeding) }

func testKillAtEndIgnoring(t *testing.T, s *suite) {
	if !s.KillsRunning {
		killAtEndWaits(t, s)
		return
	}
	killAtEnd(t, s, ignoring)
}

// killAtEnd stops a run that kills, with code that runs and calls that wait.
func killAtEnd(t *testing.T, s *suite, how string) {
	sched := s.scheduler(t)
	r := record(sched)
	g := newGate(t)
	holding := recordTask(r, scheduler.NewTask(sched, hold))
	wait := start(t, sched, tolerant(scheduler.KillAtEnd())...)
	futures, running := g.fill(t, sched, holding, how)
	for range 500 {
		futures = append(futures, submit(t, holding, g.in("never", how)))
	}
	sched.StopWith("enough of this", errEnough)
	exit := wait()
	require.Equal(t, scheduler.ExitStopped, exit.Code)
	for _, f := range futures {
		requireCancelled(t, f, errEnough)
	}
	for _, h := range running {
		h.gone()
	}
	g.none()
	r.check(t, sched, len(futures))
	require.Zero(t, sched.Workers().Lost, "what was killed on purpose is not lost")
}

// killAtEndWaits is for executors that cannot kill: they wait.
func killAtEndWaits(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	g := newGate(t)
	holding := scheduler.NewTask(sched, hold)
	wait := start(t, sched, tolerant(scheduler.KillAtEnd())...)
	futures, running := g.fill(t, sched, holding, ignoring)
	sched.Stop()
	for i, h := range running {
		requireOpen(t, futures[i])
		h.letGo()
	}
	wait()
	for i, f := range futures {
		require.True(t, f.State().Ended())
		running[i].gone()
	}
}

func testTimeoutWait(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	r := record(sched)
	g := newGate(t)
	holding := recordTask(r, scheduler.NewTask(sched, hold))
	var f *scheduler.Future[string]
	sched.OnStart.Do(func() { f = submit(t, holding, g.in("it", heeding)) })
	timedOut := make(chan struct{})
	sched.OnTimeout.Do(func() { close(timedOut) })
	wait := start(t, sched, tolerant(scheduler.Timeout(50*time.Millisecond))...)
	h := g.arrived("it")
	select {
	case <-timedOut:
	case <-time.After(patience):
		require.FailNow(t, "the run's time is not over")
	}
	requireOpen(t, f)
	h.letGo()
	require.Equal(t, scheduler.ExitTimeout, wait().Code)
	require.Equal(t, scheduler.Succeeded, f.State())
	r.check(t, sched, 1)
}

func testTimeoutKill(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	r := record(sched)
	g := newGate(t)
	holding := recordTask(r, scheduler.NewTask(sched, hold))
	var futures []*scheduler.Future[string]
	sched.OnStart.Do(func() {
		for i := range 10 {
			futures = append(futures, submit(t, holding, g.in(fmt.Sprint(i), heeding)))
		}
	})
	exit := run(t, sched, tolerant(scheduler.Timeout(50*time.Millisecond), scheduler.KillAtEnd())...)
	require.Equal(t, scheduler.ExitTimeout, exit.Code)
	for _, f := range futures {
		requireCancelled(t, f, nil)
	}
	r.check(t, sched, 10)
}

func testContextEnds(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	r := record(sched)
	g := newGate(t)
	holding := recordTask(r, scheduler.NewTask(sched, hold))
	ctx, cancel := context.WithCancelCause(within(t))
	require.NoError(t, sched.Start(ctx, tolerant()...))
	futures, running := g.fill(t, sched, holding, heeding)
	futures = append(futures, submit(t, holding, g.in("never", heeding)))
	cancel(errEnough)
	exit, err := sched.Wait()
	require.NoError(t, err)
	require.Equal(t, scheduler.ExitStopped, exit.Code)
	require.ErrorIs(t, exit.Err, errEnough)
	for _, f := range futures {
		requireCancelled(t, f, errEnough)
	}
	for _, h := range running {
		h.gone()
	}
	r.check(t, sched, len(futures))
}

func testDeadline(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	r := record(sched)
	until := recordTask(r, scheduler.NewTask(sched, untilEnd, scheduler.Within(50*time.Millisecond)))
	inc := recordTask(r, scheduler.NewTask(sched, increment, scheduler.Within(time.Hour)))
	late := recordTask(r, scheduler.NewTask(sched, increment.As("late"), scheduler.Before(time.Now().Add(-time.Hour))))
	wait := start(t, sched, tolerant()...)
	f := submit(t, until, 0)
	await(t, f)
	require.Equal(t, scheduler.Failed, f.State())
	require.ErrorIs(t, f.Err(), context.DeadlineExceeded)
	require.Equal(t, task.KindDeadline, task.KindOf(f.Err()))
	g := submit(t, inc, 1)
	await(t, g)
	require.NoError(t, g.Err())
	h := submit(t, late, 1) // does not run
	await(t, h)
	require.ErrorIs(t, h.Err(), context.DeadlineExceeded)
	require.Equal(t, task.KindDeadline, task.KindOf(h.Err()))
	require.ErrorContains(t, h.Err(), "before the code began")
	wait()
	r.check(t, sched, 3)
}

// testDeadlinePassed has a call that is too late end at once, whatever the
// workers are at.
func testDeadlinePassed(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	r := record(sched)
	g := newGate(t)
	holding := recordTask(r, scheduler.NewTask(sched, hold))
	late := recordTask(r, scheduler.NewTask(sched, increment, scheduler.Before(time.Now().Add(-time.Hour))))
	wait := start(t, sched, tolerant()...)
	futures, running := g.fill(t, sched, holding, heeding)
	f := submit(t, late, 1)
	await(t, f)
	require.Equal(t, task.KindDeadline, task.KindOf(f.Err()))
	require.EqualError(t, f.Err(), "deadline passed before the code began: context deadline exceeded")
	require.Equal(t, -1, f.Worker())
	for _, f := range futures {
		requireOpen(t, f)
	}
	for _, h := range running {
		h.letGo()
	}
	wait()
	r.check(t, sched, len(futures)+1)
}

func testStates(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	g := newGate(t)
	atGate := scheduler.NewTask(sched, hold)
	allTold, told := make(chan struct{}), 0
	atGate.OnSubmitted.Do(func(scheduler.Submitted[holding]) {
		if told++; told == workers(sched)+1 {
			close(allTold)
		}
	})
	wait := start(t, sched, tolerant()...)
	futures, running := g.fill(t, sched, atGate, heeding)
	waiting := submit(t, atGate, g.in("waiting", heeding))
	for _, f := range futures {
		require.Equal(t, scheduler.Running, f.State())
		require.Equal(t, -1, f.Worker())
	}
	require.Equal(t, scheduler.Pending, waiting.State())
	select {
	case <-allTold: // what Running counts
	case <-time.After(patience):
		require.FailNow(t, "not all submissions are told")
	}
	require.Equal(t, len(futures)+1, atGate.Running())
	require.Equal(t, 1, sched.CancelWaiting(errEnough))
	requireCancelled(t, waiting, errEnough)
	for _, h := range running {
		h.letGo()
	}
	for _, f := range futures {
		await(t, f)
	}
	wait()
	for _, f := range futures {
		require.Equal(t, scheduler.Succeeded, f.State())
		require.Positive(t, f.Elapsed())
	}
}

func testRunAgain(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	r := record(sched)
	inc := recordTask(r, scheduler.NewTask(sched, increment))
	submitted := make(chan struct{}, 5)
	sched.OnStart.Do(func() {
		for i := range 50 {
			submit(t, inc, i)
		}
		submitted <- struct{}{}
	})
	for range 3 {
		require.Equal(t, scheduler.ExitExhausted, run(t, sched).Code)
		<-submitted
		_, err := inc.Submit(1)
		require.ErrorIs(t, err, scheduler.ErrNotRunning)
	}
	g := newGate(t)
	holding := recordTask(r, scheduler.NewTask(sched, hold))
	wait := start(t, sched, tolerant(scheduler.KillAtEnd())...)
	_, running := g.fill(t, sched, holding, heeding)
	<-submitted // the start is told beside those who submit
	sched.Stop()
	wait()
	require.Equal(t, scheduler.ExitExhausted, run(t, sched).Code, "also after a run that was killed")
	r.check(t, sched, 5*50+len(running))
}

func testStartTwice(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	inc := scheduler.NewTask(sched, increment)
	start(t, sched)
	require.ErrorIs(t, sched.Start(within(t)), scheduler.ErrRunning)
	out, err := inc.Call(within(t), 1)
	require.NoError(t, err)
	require.Equal(t, 2, out)
}
