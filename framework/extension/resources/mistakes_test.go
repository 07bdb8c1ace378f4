package resources_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/extension/resources"
	"github.com/signalbox-go/signalbox/framework/extension/retry"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

var wait = task.New("wait", func(ctx context.Context, d time.Duration) (time.Duration, error) {
	select {
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	case <-time.After(d):
		return d, nil
	}
})

func TestLimitsThatAreNone(t *testing.T) {
	t.Parallel()
	for want, limits := range map[string][]resources.Option{
		"no limit is given: give resources.Wall, resources.CPU or resources.Memory": nil,
		"a wall time limit of 0s is out of range: it must be greater than 0":        {resources.Wall(0)},
		"a CPU time limit of -1s is out of range: it must be greater than 0":        {resources.Wall(1), resources.CPU(-time.Second)},
		"a memory limit of 0 is out of range: it must be greater than 0":            {resources.Memory(0)},
	} {
		_, err := scheduler.AddTask(scheduler.New(local.Sequential()), wait, resources.New(limits...))
		require.EqualError(t, err, "scheduler: task wait: extension resources: "+want)
	}
}

// TestLimitsThatCannotBeEnforced are an error before anything runs.
func TestLimitsThatCannotBeEnforced(t *testing.T) {
	t.Parallel()
	for _, limit := range []resources.Option{resources.CPU(time.Second), resources.Memory(1 << 30)} {
		s := scheduler.New(local.Pool(1))
		_, err := scheduler.AddTask(s, wait, resources.New(limit))
		require.ErrorIs(t, err, scheduler.ErrLimits)
		require.ErrorContains(t, err, "scheduler: task wait: extension resources: limits cannot be enforced: executor pool runs tasks in the host's own process")
		require.Empty(t, s.Tasks())
	}
}

func TestLimitsAreShown(t *testing.T) {
	t.Parallel()
	r := resources.New(resources.Wall(time.Minute), resources.CPU(90*time.Second), resources.Memory(1536<<20))
	require.Equal(t, []string{"Wall time 1m0s", "CPU time 1m30s", "Memory 1536 MiB"}, r.Lines())
	for n, want := range map[scheduler.Bytes]string{0: "0 B", 1: "1 B", 10239: "10239 B", 10241: "11 KiB", 1 << 20: "1 MiB", 256<<20 + 1: "257 MiB",
		5 << 30: "5 GiB", 312<<20 - 5: "312 MiB"} {
		require.Equal(t, want, n.String(), int64(n))
	}
}

// TestTheTightestLimitCounts has two extensions, and what they have together.
func TestTheTightestLimitCounts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := scheduler.New(local.Pool(1))
		limited := scheduler.NewTask(s, wait, resources.New(resources.Wall(time.Hour)), resources.New(resources.Wall(time.Second)), resources.New(resources.Wall(time.Minute)))
		reached := 0
		event.On(limited, resources.TimeLimitReached, func(resources.Reached) { reached++ })
		require.NoError(t, s.Start(t.Context(), scheduler.ExceptionPolicy(scheduler.Continue)))
		f, err := limited.Submit(2 * time.Second)
		require.NoError(t, err)
		_, err = s.Wait()
		require.NoError(t, err)
		require.EqualError(t, f.Err(), "wall time limit: took 1s of 1s")
		require.Equal(t, 1, reached, "it is told once")
		same := limited.Extensions()[0]
		require.ErrorContains(t, limited.Attach(same), "it is attached to the task already")
	})
}

// TestLimitsOfEachAttempt: what is told of an attempt is of that attempt, also if
// the extension that attempts again comes first.
func TestLimitsOfEachAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := scheduler.New(local.Pool(1))
		limited := scheduler.NewTask(s, wait, retry.New(retry.Attempts(2)), resources.New(resources.Wall(time.Second)))
		var told []string
		event.On(limited, resources.WallTimeLimitReached, func(r resources.Reached) { told = append(told, fmt.Sprintf("%d %v %s", r.Attempt, r.Err, r.Message)) })
		require.NoError(t, s.Start(t.Context(), scheduler.ExceptionPolicy(scheduler.Continue)))
		f, err := limited.Submit(2 * time.Second)
		require.NoError(t, err)
		_, err = s.Wait()
		require.NoError(t, err)
		one := "wall time limit: took 1s of 1s"
		require.EqualError(t, f.Err(), "2 attempts failed: "+one)
		require.Equal(t, []string{"1 " + one + " " + one, "2 " + one + " " + one}, told)
	})
}

// TestWallTimeInThisProcess has a local executor tell code that its time is over,
// and wait for it.
func TestWallTimeInThisProcess(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		code *task.Def[time.Duration, time.Duration]
		took time.Duration
		err  error
	}{
		"heeding": {wait, time.Second, context.DeadlineExceeded},
		"deaf": {task.New("deaf", func(_ context.Context, d time.Duration) (time.Duration, error) {
			<-time.After(d)
			return d, nil
		}), time.Minute, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := scheduler.New(local.Pool(1))
				limited := scheduler.NewTask(s, c.code, resources.New(resources.Wall(time.Second)))
				reached := 0
				event.On(limited, resources.WallTimeLimitReached, func(resources.Reached) { reached++ })
				require.NoError(t, s.Start(t.Context(), scheduler.ExceptionPolicy(scheduler.Continue)))
				f, err := limited.Submit(time.Minute)
				require.NoError(t, err)
				_, err = f.Wait(t.Context())
				require.ErrorIs(t, err, resources.ErrWall)
				var e *scheduler.LimitError
				require.ErrorAs(t, err, &e)
				require.Equal(t, c.took, time.Duration(e.Seen))
				require.EqualError(t, err, "wall time limit: took "+c.took.String()+" of 1s")
				if c.err == nil {
					require.NoError(t, e.Err)
				} else {
					require.Error(t, e.Err)
				}
				within, err := limited.Submit(time.Millisecond)
				require.NoError(t, err)
				_, err = s.Wait()
				require.NoError(t, err)
				require.Equal(t, 1, reached)
				require.NoError(t, within.Err())
			})
		})
	}
}
