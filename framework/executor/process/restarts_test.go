//go:build linux

package process_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// TestPluginsThatDieOfEveryCall are not restarted for ever.
func TestPluginsThatDieOfEveryCall(t *testing.T) {
	t.Parallel()
	for _, workers := range []int{1, 2} {
		for _, restarts := range []int{0, 3} {
			t.Run(fmt.Sprintf("%d workers, %d restarts", workers, restarts), func(t *testing.T) {
				t.Parallel()
				r := newRig(t, workers, process.Restarts(restarts))
				r.begin(scheduler.KeepRunning())
				deaths := workers * (restarts + 1)
				var futures []*scheduler.Future[int]
				for range deaths + 5 {
					futures = append(futures, submit(t, r.Scheduler, exit, 3))
				}
				lost := 0
				for _, f := range futures {
					await(t, f)
					if task.KindOf(f.Err()) == task.KindWorkerLost {
						requireLost(t, f.Err(), task.KindWorkerLost)
						lost++
						continue
					}
					require.ErrorContains(t, f.Err(), fmt.Sprintf("of %d processes in a row none has lived to answer a call (process.Restarts(%d)); "+
						"the last time: exit code 3; its stderr ends: leaving by the back door", restarts+1, restarts))
					require.ErrorContains(t, f.Err(), "no worker is left: worker ")
				}
				require.Equal(t, deaths, lost)
				require.Error(t, r.failing())
				require.Equal(t, scheduler.WorkerCounts{Started: uint64(deaths), Lost: uint64(deaths)}, r.Workers())
			})
		}
	}
}

// TestDeathsByTheDefault are as many as the constant says.
func TestDeathsByTheDefault(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	r.begin(scheduler.KeepRunning())
	for range process.DefaultRestarts + 1 {
		_, err := get(t, r.Scheduler, silentDeath, 1)
		requireLost(t, err, task.KindWorkerLost)
	}
	require.Error(t, r.failing())
}

// TestAnswersRestoreTheRestarts has a plugin die of many calls, but not of all:
// results count, and so do errors of its code.
func TestAnswersRestoreTheRestarts(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{"results", "errors"} {
		t.Run(answer, func(t *testing.T) {
			t.Parallel()
			const rounds = 8
			r := newRig(t, 1, process.Restarts(1))
			r.begin()
			for range rounds {
				_, err := get(t, r.Scheduler, silentDeath, 1)
				requireLost(t, err, task.KindWorkerLost)
				if answer == "results" {
					_, err = get(t, r.Scheduler, pid, 0)
					require.NoError(t, err)
				} else {
					_, err = get(t, r.Scheduler, longError, 1)
					require.Equal(t, task.KindError, task.KindOf(err))
				}
			}
			r.finish()
			require.Equal(t, scheduler.WorkerCounts{Started: rounds + 1, Lost: rounds}, r.Workers())
		})
	}
}

func TestRestartsOutOfRange(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, newRig(t, 1, process.Restarts(-1)).Start(context.Background()), "-1 restarts in a row are out of range: give 0 or more")
}
