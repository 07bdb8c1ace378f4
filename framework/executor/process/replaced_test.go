//go:build linux

package process_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/pluginproc"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// executable is a plugin that is replaced on disk while it is in use.
type executable struct {
	t    *testing.T
	path string
}

// install makes it a peer that offers those tasks.
func (p *executable) install(offers, manners string) (sum string) {
	p.t.Helper()
	self, err := os.Executable()
	require.NoError(p.t, err)
	script := []byte(fmt.Sprintf("#!/bin/sh\nexport %s='%s' %s='%s' %s='%s'\nexec '%s' \"$@\"\n", actEnv, peerAct, offersEnv, offers, mannersEnv, manners, self))
	fresh := p.path + ".new"
	require.NoError(p.t, os.WriteFile(fresh, script, 0o700))
	require.NoError(p.t, os.Rename(fresh, p.path))
	hash := sha256.Sum256(script)
	return hex.EncodeToString(hash[:])
}

func newExecutable(t *testing.T) *executable {
	return &executable{t, filepath.Join(tempDir(t), "plugin")}
}

func (p *executable) rig(opts ...process.Option) *rig {
	mark := uuid.NewString()
	opts = append([]process.Option{process.Workers(1), process.Grace(quickGrace), process.Env(map[string]string{markEnv: mark})}, opts...)
	return rigOn(p.t, mark, process.Plugin(p.path, opts...))
}

// TestReplacedOnDisk has a plugin's next process be of another version, with
// its tasks in another order.
func TestReplacedOnDisk(t *testing.T) {
	t.Parallel()
	p := newExecutable(t)
	p.install("echo", "dies")
	r := p.rig()
	r.begin()
	p.install("new other echo", "")
	_, err := get(t, r.Scheduler, echo, 1)
	requireLost(t, err, task.KindWorkerLost)
	v, err := get(t, r.Scheduler, echo, 2)
	require.NoError(t, err)
	require.Equal(t, 2, v)
	r.finish()
}

// TestReplacedWithoutTheTask fails calls that the new version cannot run.
func TestReplacedWithoutTheTask(t *testing.T) {
	t.Parallel()
	p := newExecutable(t)
	p.install("echo", "dies")
	r := p.rig()
	r.begin()
	p.install("new other", "")
	dying, waiting := submit(t, r.Scheduler, echo, 1), submit(t, r.Scheduler, echo, 2)
	await(t, dying)
	requireLost(t, dying.Err(), task.KindWorkerLost)
	await(t, waiting)
	require.Equal(t, task.KindUnknownTask, task.KindOf(waiting.Err()))
	require.ErrorContains(t, waiting.Err(), "task echo: plugin plugin does not have it any more: its executable has changed since the run began")
	r.finish()
	require.Equal(t, scheduler.WorkerCounts{Started: 2, Lost: 1}, r.Workers())
}

// TestFaultReplacedAgainstItsChecksum never runs what is not the file that was meant.
func TestFaultReplacedAgainstItsChecksum(t *testing.T) {
	t.Parallel()
	p := newExecutable(t)
	sum := p.install("echo", "dies")
	r := p.rig(process.SHA256(sum))
	r.begin(scheduler.KeepRunning())
	p.install("echo", "")
	dying, waiting := submit(t, r.Scheduler, echo, 1), submit(t, r.Scheduler, echo, 2)
	await(t, dying)
	requireLost(t, dying.Err(), task.KindWorkerLost)
	await(t, waiting)
	require.ErrorIs(t, waiting.Err(), pluginproc.ErrChecksum)
	require.ErrorIs(t, r.failing(), pluginproc.ErrChecksum)
	require.Equal(t, scheduler.WorkerCounts{Started: 1, Lost: 1}, r.Workers())
}

// TestRemovedFromDisk tries a few times, as somebody may be about to replace it.
func TestRemovedFromDisk(t *testing.T) {
	t.Parallel()
	p := newExecutable(t)
	p.install("echo", "dies")
	r := p.rig()
	r.begin()
	require.NoError(t, os.Remove(p.path))
	dying, waiting := submit(t, r.Scheduler, echo, 1), submit(t, r.Scheduler, echo, 2)
	await(t, dying)
	requireLost(t, dying.Err(), task.KindWorkerLost)
	p.install("echo", "")
	await(t, waiting)
	require.NoError(t, waiting.Err())
	r.finish()
}
