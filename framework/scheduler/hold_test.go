package scheduler_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// holder holds every call.
type holder struct {
	testExtension
	holds   []*scheduler.Hold
	settled chan uint64
}

func newHolder(perCall int) *holder {
	h := &holder{settled: make(chan uint64, 100)}
	h.name = "holder"
	h.pre = func(sub *scheduler.Submission) error {
		for range perCall {
			h.holds = append(h.holds, sub.Hold())
		}
		return nil
	}
	return h
}

func (h *holder) Settled(f scheduler.AnyFuture) { h.settled <- f.ID() }

func TestHeldCallsWaitForEveryHold(t *testing.T) {
	t.Parallel()
	s, h := pool(1), newHolder(2)
	double := scheduler.NewTask(s, task.New("double", twice), h)
	told := make(chan struct{})
	double.OnSubmitted.Do(func(scheduler.Submitted[int]) { close(told) })
	mustStart(t, s)
	f := mustSubmit(t, double, 4)
	<-told // though it is held
	require.Equal(t, scheduler.Pending, f.State())
	h.holds[0].Release()
	h.holds[0].Release() // counts once
	require.Equal(t, scheduler.Pending, f.State())
	require.Empty(t, h.settled)
	h.holds[1].Release()
	out, err := f.Wait(t.Context())
	require.NoError(t, err)
	require.Equal(t, 8, out)
	require.Equal(t, f.ID(), <-h.settled)
	h.holds[1].Release() // it has ended
	mustWait(t, s)
}

func TestReleasedBeforeAcceptance(t *testing.T) {
	t.Parallel()
	s := pool(1)
	double := scheduler.NewTask(s, task.New("double", twice), &testExtension{name: "hasty", pre: func(sub *scheduler.Submission) error {
		sub.Hold().Release()
		return nil
	}})
	s.OnStart.Do(func() { mustSubmit(t, double, 1) })
	require.Equal(t, scheduler.ExitExhausted, mustRun(t, s).Code)
	require.EqualValues(t, 1, s.Counts().Results)
}

func TestHeldCallsAreCancelledWithoutTheirExecutor(t *testing.T) {
	t.Parallel()
	s, h := pool(1), newHolder(1)
	double := scheduler.NewTask(s, task.New("double", func(context.Context, int) (int, error) {
		return 0, errors.New("it ran")
	}), h)
	mustStart(t, s, scheduler.CancellationPolicy(scheduler.Continue))
	f, g := mustSubmit(t, double, 4), mustSubmit(t, double, 5)
	why := errors.New("not needed")
	require.True(t, f.Cancel(why))
	_, err := f.Wait(t.Context())
	require.ErrorIs(t, err, scheduler.ErrCancelled)
	require.ErrorIs(t, err, why)
	require.False(t, f.Cancel())
	h.holds[0].Release()
	require.Equal(t, f.ID(), <-h.settled)
	require.Equal(t, 1, double.Cancel(why))
	require.Zero(t, s.Cancel())
	require.ErrorIs(t, g.Err(), why)
	require.Equal(t, scheduler.ExitExhausted, mustWait(t, s).Code)
}

// A run that is killed ends what is held; one that completes waits for it.
func TestHeldCallsAtTheEndOfARun(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]scheduler.RunOption{"completed": nil, "killed": {scheduler.KillAtEnd()}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, h := pool(1), newHolder(1)
			double := scheduler.NewTask(s, task.New("double", twice), h)
			s.OnFinishing.Do(func() {
				if opts == nil {
					h.holds[0].Release()
				}
			})
			mustStart(t, s, append(opts, scheduler.CancellationPolicy(scheduler.Continue))...)
			f := mustSubmit(t, double, 4)
			s.StopWith("enough", nil)
			exit := mustWait(t, s)
			require.Equal(t, scheduler.ExitStopped, exit.Code)
			if opts == nil {
				require.Equal(t, scheduler.Succeeded, f.State())
			} else {
				require.Equal(t, scheduler.Cancelled, f.State())
				require.ErrorContains(t, f.Err(), "enough")
			}
			// Afterwards, calls are held again.
			h.holds = nil
			mustStart(t, s)
			f = mustSubmit(t, double, 5)
			require.Equal(t, scheduler.Pending, f.State())
			h.holds[0].Release()
			mustWait(t, s)
			require.Equal(t, scheduler.Succeeded, f.State())
		})
	}
}
