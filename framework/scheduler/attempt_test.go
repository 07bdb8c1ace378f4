package scheduler_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// judge is a judge made of a function.
type judge struct {
	testExtension
	judge func(*scheduler.Attempt)
}

func (j *judge) Judge(a *scheduler.Attempt) { j.judge(a) }

func newJudge(fn func(*scheduler.Attempt)) *judge {
	j := &judge{judge: fn}
	j.name = "judge"
	return j
}

// third fails but for the third attempt.
func third(ctx context.Context, x int) (int, error) {
	info, _ := task.InfoFrom(ctx)
	if info.Attempt != 3 {
		return 0, fmt.Errorf("attempt %d", info.Attempt)
	}
	return 2 * x, nil
}

func TestAttempts(t *testing.T) {
	t.Parallel()
	again := event.New[int]("again")
	var s *scheduler.Scheduler
	var tsk *scheduler.Task[int, int]
	j := newJudge(func(a *scheduler.Attempt) {
		if a.Err != nil {
			a.Then(func() { event.Emit(tsk, again, a.Number) })
			a.Again().Release()
		}
	})
	s = pool(2)
	tsk = scheduler.NewTask(s, task.New("third", third), j)
	var order []string
	event.On(tsk, again, func(n int) { order = append(order, fmt.Sprint("again ", n)) })
	tsk.OnDone.Do(func(e scheduler.Done) { order = append(order, fmt.Sprint("done at ", e.Future.Attempt())) })
	s.OnStart.Do(func() { mustSubmit(t, tsk, 4) })
	mustRun(t, s)
	require.Equal(t, []string{"again 1", "again 2", "done at 3"}, order)
	require.EqualValues(t, 1, s.Counts().Results)
	require.Zero(t, s.Counts().Exceptions)
}

// What is held between two attempts is pending, can be cancelled, and is not
// attempted again then.
func TestCancelledBetweenAttempts(t *testing.T) {
	t.Parallel()
	judged := make(chan *scheduler.Hold, 1)
	j := newJudge(func(a *scheduler.Attempt) {
		if !a.Cancelled {
			hold := a.Again()
			a.Then(func() { judged <- hold })
		}
	})
	s := pool(1)
	var runs atomic.Int32
	tsk := scheduler.NewTask(s, task.New("fails", func(context.Context, int) (int, error) {
		runs.Add(1)
		return 0, errors.New("no")
	}), j)
	told := make(chan struct{})
	tsk.OnCancelled.Do(func(scheduler.TaskCancelled) { close(told) })
	mustStart(t, s, scheduler.CancellationPolicy(scheduler.Continue))
	f := mustSubmit(t, tsk, 1)
	hold := <-judged
	require.Equal(t, 2, f.Attempt())
	require.Equal(t, scheduler.Pending, f.State())
	require.True(t, f.Cancel())
	<-told
	hold.Release()
	mustWait(t, s)
	require.Equal(t, scheduler.Cancelled, f.State())
	require.EqualValues(t, 1, runs.Load())
}

// A call that is to be cancelled is not attempted again, and nothing is done
// as if it were.
func TestThenIsNotCalledWithoutAnotherAttempt(t *testing.T) {
	t.Parallel()
	s := pool(1)
	tsk := scheduler.NewTask(s, task.New("fails", func(context.Context, int) (int, error) { return 0, errors.New("no") }),
		newJudge(func(a *scheduler.Attempt) {
			a.Then(func() { t.Error("there is no other attempt") })
			a.Again().Release()
			a.Future.Cancel()
		}))
	mustStart(t, s, scheduler.ExceptionPolicy(scheduler.Continue))
	f := mustSubmit(t, tsk, 1)
	mustWait(t, s)
	require.EqualError(t, f.Err(), "no")
}

// A run that is killed attempts nothing again.
func TestKilledBetweenAttempts(t *testing.T) {
	t.Parallel()
	judged := make(chan struct{}, 1)
	s := pool(1)
	tsk := scheduler.NewTask(s, task.New("fails", func(context.Context, int) (int, error) { return 0, errors.New("no") }),
		newJudge(func(a *scheduler.Attempt) {
			a.Again() // never released
			judged <- struct{}{}
		}))
	mustStart(t, s, scheduler.KillAtEnd(), scheduler.CancellationPolicy(scheduler.Continue))
	f := mustSubmit(t, tsk, 1)
	<-judged
	s.StopWith("enough", nil)
	<-judged // of the end as cancelled, or of the failure that was too late for another attempt
	mustWait(t, s)
	require.True(t, f.State().Ended())
}

func TestJudgesReplaceErrorsAndConstraints(t *testing.T) {
	t.Parallel()
	final := errors.New("final")
	until := time.Now().Add(time.Hour)
	s := pool(1)
	var deadlines []bool
	tsk := scheduler.NewTask(s, task.New("fails", func(ctx context.Context, _ int) (int, error) {
		d, ok := ctx.Deadline()
		deadlines = append(deadlines, ok && d.Equal(until))
		return 0, errors.New("no")
	}), newJudge(func(a *scheduler.Attempt) {
		if a.Number == 2 {
			a.Err = fmt.Errorf("%w: %w", final, a.Err)
			return
		}
		a.Constraints.Deadline = until
		a.Again().Release()
	}))
	mustStart(t, s, scheduler.ExceptionPolicy(scheduler.Continue))
	f := mustSubmit(t, tsk, 1)
	mustWait(t, s)
	require.ErrorIs(t, f.Err(), final)
	require.EqualError(t, f.Err(), "final: no")
	require.Equal(t, []bool{false, true}, deadlines)
}

// A result that does not decode is a failure to judges too, and what was decoded
// of it is not in the next one.
func TestJudgesOfResultsThatDoNotDecode(t *testing.T) {
	t.Parallel()
	type pair struct{ A, B int }
	results := []string{`{"A": 1, "B": "x"}`, `{"B": 2}`}
	served := newServed(task.New("pair", func(context.Context, int) (json.RawMessage, error) {
		next := results[0]
		results = results[1:]
		return json.RawMessage(next), nil
	}))
	var judged []string
	s := quiet(served)
	tsk := scheduler.NewTask(s, scheduler.Named[int, pair]("pair"), newJudge(func(a *scheduler.Attempt) {
		if a.Err != nil {
			judged = append(judged, task.KindOf(a.Err))
			a.Again().Release()
		}
	}))
	mustStart(t, s)
	v, err := tsk.Call(t.Context(), 1)
	require.NoError(t, err)
	require.Equal(t, pair{B: 2}, v)
	require.Equal(t, []string{task.KindDecode}, judged)
	mustWait(t, s)
}

// What goes wrong in a judge is an error of a callback; the outcome stands.
func TestPanicOfAJudge(t *testing.T) {
	t.Parallel()
	s := pool(1)
	tsk := scheduler.NewTask(s, task.New("double", twice), newJudge(func(*scheduler.Attempt) { panic("boom") }))
	mustStart(t, s)
	f := mustSubmit(t, tsk, 1)
	_, err := s.Wait()
	require.ErrorContains(t, err, "boom")
	require.ErrorContains(t, err, "Judge of extension judge")
	require.Equal(t, scheduler.Succeeded, f.State())
}
