//go:build linux

package process_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// soon bounds an end that takes the executor a few seconds at most.
const soon = 10 * time.Second

// killed requires that a run that was killed ends soon.
func (r *rig) killed() {
	r.t.Helper()
	began := time.Now()
	r.Kill("enough of this", errEnough)
	exit := r.finish()
	require.Equal(r.t, scheduler.ExitStopped, exit.Code)
	require.Less(r.t, time.Since(began), soon)
}

// freeze stops a worker that has nothing to do.
func freeze(t *testing.T, r *rig) (victim int) {
	t.Helper()
	victim, err := get(t, r.Scheduler, pid, 0)
	require.NoError(t, err)
	require.NoError(t, unix.Kill(victim, unix.SIGSTOP))
	eventually(t, patience, "the process stops", func() bool { return stands(t, victim) })
	return victim
}

// stands reports whether all threads of a process are stopped.
func stands(t *testing.T, pid int) bool {
	t.Helper()
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	require.NoError(t, err)
	for _, path := range threads {
		stat, err := os.ReadFile(path)
		require.NoError(t, err)
		if _, state, _ := strings.Cut(string(stat), ") "); !strings.HasPrefix(state, "T") {
			return false
		}
	}
	return len(threads) > 0
}

// TestStopWithAFrozenWorker ends a worker that cannot end by itself.
func TestStopWithAFrozenWorker(t *testing.T) {
	t.Parallel()
	r := newRig(t, 2)
	r.begin()
	freeze(t, r)
	began := time.Now()
	r.finish()
	require.Less(t, time.Since(began), soon)
	require.Zero(t, r.Workers().Lost, "it was asked to end")
}

// TestKillWithAFrozenWorker kills a run while a worker is frozen in a call.
func TestKillWithAFrozenWorker(t *testing.T) {
	t.Parallel()
	r := newRig(t, 2)
	r.begin()
	d := newDoor(t)
	f := submit(t, r.Scheduler, holdTask, place{Socket: d.path})
	d.guest().signal(unix.SIGSTOP)
	r.killed()
	requireCancelled(t, f)
}

// TestKillWithAFullPipe kills a run while the sender is stuck in a frame that
// nobody reads.
func TestKillWithAFullPipe(t *testing.T) {
	t.Parallel()
	r, w := newWatched(t, 1)
	r.begin()
	freeze(t, r)
	f := submit(t, r.Scheduler, bytes, make([]byte, 32<<20))
	eventually(t, patience, "the call is on its way", func() bool { return w.Held()[0] == 1 })
	g := submit(t, r.Scheduler, pid, 0)
	r.killed()
	requireCancelled(t, f)
	requireCancelled(t, g)
}

// TestFaultFrozenWorkerThatDies has a call on its way to a worker that never read it:
// it runs elsewhere.
func TestFaultFrozenWorkerThatDies(t *testing.T) {
	t.Parallel()
	r, w := newWatched(t, 1)
	r.begin()
	victim := freeze(t, r)
	f := submit(t, r.Scheduler, bytes, padded(8<<20, 3))
	eventually(t, patience, "the call is on its way", func() bool { return w.Held()[0] == 1 })
	require.NoError(t, unix.Kill(victim, unix.SIGKILL))
	await(t, f)
	require.NoError(t, f.Err())
	require.Len(t, f.Value(), 3)
	require.Equal(t, scheduler.WorkerCounts{Started: 2, Lost: 1}, r.Workers())
	r.finish()
}

// TestKillWhatDoesNotHeed kills a run whose workers all ignore their contexts.
func TestKillWhatDoesNotHeed(t *testing.T) {
	t.Parallel()
	r := newRig(t, 3, process.Grace(time.Hour))
	r.begin()
	var futures []*scheduler.Future[int]
	for range 50 {
		futures = append(futures, submit(t, r.Scheduler, burn, time.Hour))
	}
	eventually(t, patience, "calls run", func() bool { return futures[0].State() == scheduler.Running })
	r.killed()
	for _, f := range futures {
		requireCancelled(t, f)
	}
	require.Zero(t, r.Workers().Lost)
}

// TestKillWhileRestarting kills a run while a worker is being replaced: in its
// set-up, which hangs, or in the pause before it.
func TestKillWhileRestarting(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"in the set-up", "in the pause"} {
		for _, kill := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, killing %v", how, kill), func(t *testing.T) {
				t.Parallel()
				file := filepath.Join(tempDir(t), "f")
				s := setting{HangAfter: file}
				if how == "in the pause" {
					s = setting{Die: file}
				}
				r := newRig(t, 1, process.Config(s), process.StartTimeout(time.Hour))
				r.begin()
				touch(t, file)
				_, err := get(t, r.Scheduler, silentDeath, 1)
				lost := requireLost(t, err, task.KindWorkerLost)
				if how == "in the pause" {
					eventually(t, patience, "a restart fails", func() bool { return strings.Contains(r.logs.text(), "worker not started") })
				} else {
					eventually(t, patience, "a process is started", func() bool {
						pids := processes(r.mark)
						return len(pids) == 1 && pids[0] != lost.PID
					})
				}
				if kill {
					waiting := submit(t, r.Scheduler, pid, 0)
					r.killed()
					requireCancelled(t, waiting)
					return
				}
				began := time.Now()
				r.Stop()
				r.finish()
				require.Less(t, time.Since(began), soon)
			})
		}
	}
}

// TestKillAtAnyTime kills runs at moments that follow no plan.
func TestKillAtAnyTime(t *testing.T) {
	t.Parallel()
	r := newRig(t, 2)
	for round := range 12 {
		require.NoError(t, r.Start(context.Background(), scheduler.ExceptionPolicy(scheduler.Continue), scheduler.CancellationPolicy(scheduler.Continue)))
		var futures []*scheduler.Future[int]
		for i := range 200 {
			if i == 10*round {
				futures = append(futures, submit(t, r.Scheduler, silentDeath, 1))
			}
			futures = append(futures, submit(t, r.Scheduler, burn, 50*time.Microsecond))
		}
		await(t, futures[10*round])
		r.killed()
		for _, f := range futures {
			require.True(t, f.State().Ended())
		}
	}
}

// TestFaultGrandchildren has a task start a program that outlives it and holds the
// worker's output open: it is gone with the worker.
func TestFaultGrandchildren(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"stop", "kill", "death"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, 1)
			r.begin()
			sleeper, err := get(t, r.Scheduler, spawn, 0)
			require.NoError(t, err)
			require.Contains(t, processes(r.mark), sleeper)
			began := time.Now()
			switch how {
			case "stop":
				r.finish()
			case "kill":
				r.killed()
			case "death":
				_, err := get(t, r.Scheduler, silentDeath, 1)
				requireLost(t, err, task.KindWorkerLost)
				_, err = get(t, r.Scheduler, pid, 0)
				require.NoError(t, err)
				require.NotContains(t, processes(r.mark), sleeper)
				r.finish()
			}
			require.Less(t, time.Since(began), soon)
			require.NotContains(t, processes(r.mark), sleeper)
		})
	}
}
