//go:build linux

package process_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/status"
	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/framework/view"
)

// TestStaff is told what every worker does, and what its process uses, through
// the death of one.
func TestStaff(t *testing.T) {
	t.Parallel()
	r := newRig(t, 2)
	r.begin(scheduler.KeepRunning())
	w := status.New(r.Scheduler)
	d := newDoor(t)
	f := submit(t, r.Scheduler, holdTask, place{Socket: d.path})
	g := d.guest()
	began := time.Now()

	busy := func() (at view.Worker, idle view.Worker) {
		run := w.Look(false)
		require.Len(t, run.Workers, 2)
		at, idle = run.Workers[0], run.Workers[1]
		if at.Future == 0 {
			at, idle = idle, at
		}
		return at, idle
	}
	at, idle := busy()
	require.Equal(t, g.pid, at.PID)
	require.Equal(t, f.ID(), at.Future)
	require.Equal(t, f.Task(), at.Task)
	require.Equal(t, view.WorkerBusy, at.State)
	require.Equal(t, view.WorkerIdle, idle.State)
	require.Positive(t, at.RSS)
	require.Positive(t, idle.RSS)
	require.NotEqual(t, idle.PID, at.PID)
	require.Zero(t, at.Restarts)
	eventually(t, patience, "the time goes on", func() bool {
		at, _ = busy()
		return at.For > 0 && at.For <= time.Since(began)+time.Second && at.CPU >= 0
	})

	g.signal(unix.SIGKILL)
	await(t, f)
	require.Equal(t, task.KindWorkerLost, task.KindOf(f.Err()))
	eventually(t, patience, "another process", func() bool {
		for _, worker := range w.Look(false).Workers {
			if worker.Number == at.Number {
				return worker.State == view.WorkerIdle && worker.Restarts == 1 && worker.PID != 0 && worker.PID != g.pid
			}
		}
		return false
	})
	run := w.Look(false)
	require.EqualValues(t, 1, run.WorkersLost)
	require.Contains(t, run.Workers[at.Number].Error, "signal")
	require.Equal(t, f.ID(), run.Failures[0].Future)
	r.Stop()
	r.finish()
	require.Empty(t, w.Look(false).Workers)
}
