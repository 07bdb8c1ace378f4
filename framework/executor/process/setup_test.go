//go:build linux

package process_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/session"
	"github.com/signalbox-go/signalbox/framework/task"
)

// touch makes a file.
func touch(t *testing.T, path string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, nil, 0o600))
}

func TestSetUpFailsAtStart(t *testing.T) {
	t.Parallel()
	r := newRig(t, 3, process.Config(setting{Fail: true}), process.Name("mine"))
	err := r.Start(context.Background())
	require.ErrorIs(t, err, session.ErrSetup)
	require.EqualError(t, err, "process: plugin mine: session: open: set-up of the plugin failed: no licence for this machine")
	require.Empty(t, processes(r.mark))
	require.Equal(t, scheduler.WorkerCounts{}, r.Workers())
	_, err = scheduler.Submit(r.Scheduler, pid, 0)
	require.ErrorIs(t, err, scheduler.ErrNotRunning)
}

func TestSetUpDiesAtStart(t *testing.T) {
	t.Parallel()
	file := filepath.Join(tempDir(t), "die")
	touch(t, file)
	r := newRig(t, 2, process.Config(setting{Die: file}))
	err := r.Start(context.Background())
	require.ErrorContains(t, err, "its process ended before it was ready: exit code 4; its stderr ends: dying in the set-up")
	require.Empty(t, processes(r.mark))
}

func TestSetUpHangs(t *testing.T) {
	t.Parallel()
	r := newRig(t, 2, process.Config(setting{Hang: true}), process.StartTimeout(500*time.Millisecond))
	err := r.Start(context.Background())
	require.ErrorContains(t, err, "it was not ready after 500ms: raise the start timeout, or do less in its set-up")
	require.Empty(t, processes(r.mark))
}

// TestStartIsLeft has the caller's context end while workers start.
func TestStartIsLeft(t *testing.T) {
	t.Parallel()
	r := newRig(t, 3, process.Config(setting{Hang: true}))
	ctx, cancel := context.WithCancelCause(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.Start(ctx) }()
	eventually(t, patience, "workers are started", func() bool { return len(processes(r.mark)) == 3 })
	cancel(errEnough)
	select {
	case err := <-ended:
		require.ErrorIs(t, err, errEnough)
	case <-time.After(5 * time.Second):
		require.FailNow(t, "the start goes on")
	}
	require.Empty(t, processes(r.mark))
}

// TestStartAfterAFailedOne starts anew after a start that failed.
func TestStartAfterAFailedOne(t *testing.T) {
	t.Parallel()
	file := filepath.Join(tempDir(t), "fail")
	touch(t, file)
	r := newRig(t, 2, process.Config(setting{FailAfter: file}))
	require.ErrorIs(t, r.Start(context.Background()), session.ErrSetup)
	require.NoError(t, os.Remove(file))
	r.begin()
	_, err := get(t, r.Scheduler, pid, 0)
	require.NoError(t, err)
	r.finish()
}

// failing is a run that ends because its executor failed.
func (r *rig) failing() error {
	r.t.Helper()
	exit := r.finish()
	require.Equal(r.t, scheduler.ExitStopped, exit.Code)
	require.Equal(r.t, "an executor failed", exit.Message)
	require.Error(r.t, exit.Err)
	return exit.Err
}

// TestSetUpFailsOnRestart gives up at once: trying again would not help.
func TestSetUpFailsOnRestart(t *testing.T) {
	t.Parallel()
	file := filepath.Join(tempDir(t), "fail")
	r := newRig(t, 1, process.Config(setting{FailAfter: file}))
	r.begin(scheduler.KeepRunning())
	touch(t, file)
	dying := submit(t, r.Scheduler, silentDeath, 1)
	var waiting []*scheduler.Future[int]
	for range 10 {
		waiting = append(waiting, submit(t, r.Scheduler, pid, 0))
	}
	await(t, dying)
	requireLost(t, dying.Err(), task.KindWorkerLost)
	began := time.Now()
	for _, f := range waiting {
		await(t, f)
		require.Equal(t, scheduler.Failed, f.State())
		require.ErrorIs(t, f.Err(), session.ErrSetup)
		require.ErrorContains(t, f.Err(), "no worker is left")
		require.Equal(t, -1, f.Worker())
	}
	require.Less(t, time.Since(began), 10*time.Second)
	err := r.failing()
	require.ErrorContains(t, err, "no licence for this machine")
	require.NotContains(t, err.Error(), "times in vain", "it was tried once")
	require.Equal(t, scheduler.WorkerCounts{Started: 1, Lost: 1}, r.Workers())
	require.Equal(t, 1, strings.Count(r.logs.text(), "worker not started"))
}

// TestSetUpDiesOnRestart tries five times, and then gives up.
func TestSetUpDiesOnRestart(t *testing.T) {
	t.Parallel()
	file := filepath.Join(tempDir(t), "die")
	r := newRig(t, 1, process.Config(setting{Die: file}))
	r.begin(scheduler.KeepRunning())
	touch(t, file)
	dying, waiting := submit(t, r.Scheduler, silentDeath, 1), submit(t, r.Scheduler, pid, 0)
	await(t, dying)
	requireLost(t, dying.Err(), task.KindWorkerLost)
	await(t, waiting)
	require.ErrorContains(t, waiting.Err(), "no worker is left: worker 0 was started 5 times in vain; the last time: ")
	require.ErrorContains(t, waiting.Err(), "exit code 4; its stderr ends: dying in the set-up")
	require.Equal(t, waiting.Err(), r.failing())
	require.Equal(t, 5, strings.Count(r.logs.text(), "worker not started"))
}

// TestDeathsBeforeWork has processes die that were given nothing to do.
func TestDeathsBeforeWork(t *testing.T) {
	t.Parallel()
	r, w := newWatched(t, 1)
	r.begin(scheduler.KeepRunning())
	for i := range 5 {
		eventually(t, patience, "a process is ready", func() bool { return len(w.pids()) == 1 })
		require.NoError(t, unix.Kill(w.pids()[0], unix.SIGKILL))
		eventually(t, patience, "its death is noticed", func() bool { return len(w.lost()) == i+1 })
	}
	err := r.failing()
	require.ErrorContains(t, err, "no worker is left: worker 0 was started 5 times in vain; "+
		"the last time: its process died before it was given work: killed by signal 9 (SIGKILL)")
	require.Equal(t, scheduler.WorkerCounts{Started: 5, Lost: 5}, r.Workers())
}

// TestOneOfTwoIsGivenUp goes on with the other, until that dies too.
func TestOneOfTwoIsGivenUp(t *testing.T) {
	t.Parallel()
	file := filepath.Join(tempDir(t), "fail")
	r := newRig(t, 2, process.Config(setting{FailAfter: file}))
	r.begin(scheduler.KeepRunning())
	touch(t, file)
	_, err := get(t, r.Scheduler, silentDeath, 1)
	lost := requireLost(t, err, task.KindWorkerLost)
	eventually(t, patience, "a worker is given up", func() bool { return strings.Contains(r.logs.text(), "ERROR worker given up") })
	for range 50 {
		other, err := get(t, r.Scheduler, pid, 0)
		require.NoError(t, err)
		require.NotEqual(t, lost.PID, other)
	}
	dying, waiting := submit(t, r.Scheduler, silentDeath, 1), submit(t, r.Scheduler, pid, 0)
	await(t, dying)
	requireLost(t, dying.Err(), task.KindWorkerLost)
	await(t, waiting)
	require.ErrorIs(t, waiting.Err(), session.ErrSetup)
	require.ErrorIs(t, r.failing(), session.ErrSetup)
}

// TestDeathsWhileIdle are paced too, and are forgiven once work has begun.
func TestDeathsWhileIdle(t *testing.T) {
	t.Parallel()
	r, w := newWatched(t, 1)
	r.begin()
	for i := range 6 { // more than would be forgiven in a row
		eventually(t, patience, "a process is ready", func() bool { return len(w.pids()) == 1 })
		if i%3 == 2 {
			_, err := get(t, r.Scheduler, pid, 0)
			require.NoError(t, err)
		}
		victim := w.pids()[0]
		require.NoError(t, unix.Kill(victim, unix.SIGKILL))
		eventually(t, patience, "its death is noticed", func() bool { return len(w.lost()) == i+1 })
	}
	_, err := get(t, r.Scheduler, pid, 0)
	require.NoError(t, err)
	r.finish()
	require.Equal(t, scheduler.WorkerCounts{Started: 7, Lost: 6}, r.Workers())
}

// TestConfigurationThatDoesNotFit is refused, not ignored.
func TestConfigurationThatDoesNotFit(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1, process.Config(map[string]any{"Greting": "hello"}))
	err := r.Start(context.Background())
	require.ErrorIs(t, err, session.ErrSetup)
	require.ErrorContains(t, err, "Greting")
	require.Empty(t, processes(r.mark))

	r = newRig(t, 1, process.Config(func() {}))
	require.ErrorContains(t, r.Start(context.Background()), "its configuration does not encode as JSON")
}
