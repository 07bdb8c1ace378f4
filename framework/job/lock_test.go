package job_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/job"
)

const lockable = `plugin "tool" {
  source = "./bin/tool"
}

task "work" {}
`

func quietly() job.Options { return job.Options{Logger: slog.New(slog.DiscardHandler)} }

// newLockable writes a job file with a plugin.
func newLockable(t *testing.T) (path, tool string) {
	t.Helper()
	dir := t.TempDir()
	path, tool = filepath.Join(dir, "job.hcl"), filepath.Join(dir, "bin", "tool")
	require.NoError(t, os.Mkdir(filepath.Dir(tool), 0o755))
	require.NoError(t, os.WriteFile(tool, []byte("#!/bin/sh\n"), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(lockable), 0o644))
	return path, tool
}

func TestLockPinsExecutables(t *testing.T) {
	t.Parallel()
	path, tool := newLockable(t)
	locked := quietly()
	locked.Locked = true
	_, err := job.Load(path, quietly())
	require.NoError(t, err)
	_, err = job.Load(path, locked)
	require.ErrorContains(t, err, "job.hcl:2:12: Not locked")

	pins, err := job.Lock(path, quietly())
	require.NoError(t, err)
	require.Equal(t, []job.Pin{{Path: "bin/tool", SHA256: "a8076d3d28d21e02012b20eaf7dbf75409a6277134439025f282e368e3305abf"}}, pins)
	_, err = job.Load(path, locked)
	require.NoError(t, err)

	require.NoError(t, os.WriteFile(tool, []byte("#!/bin/sh\necho other\n"), 0o755))
	for _, opts := range []job.Options{quietly(), locked} {
		_, err = job.Load(path, opts)
		require.ErrorContains(t, err, "job.hcl:2:12: Not as locked")
		require.ErrorContains(t, err, "job.lock.hcl:4:12 says a8076d3d")
	}
	_, err = job.Lock(path, quietly())
	require.NoError(t, err, "what was locked before counts for nothing")
	_, err = job.Load(path, locked)
	require.NoError(t, err)
	left, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, left, 3, "bin, the job file and its lock file")
}

// TestAttachedPluginsAreLocked has an event plugin given beside the job file.
func TestAttachedPluginsAreLocked(t *testing.T) {
	t.Parallel()
	path, _ := newLockable(t)
	other := filepath.Join(t.TempDir(), "alert ${x}\"")
	require.NoError(t, os.WriteFile(other, []byte("#!/bin/sh\n"), 0o755))
	opts := quietly()
	_, err := job.Lock(path, opts)
	require.NoError(t, err)
	opts.Attach, opts.Locked = []string{other}, true
	_, err = job.Load(path, opts)
	require.ErrorContains(t, err, "No checksum pins "+other)
	pins, err := job.Lock(path, opts)
	require.NoError(t, err)
	require.Len(t, pins, 2)
	_, err = job.Load(path, opts)
	require.NoError(t, err)
}

func TestMistakesOfLockFiles(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`executable "bin/tool" {`:                        "job.lock.hcl:1:",
		`executable "bin/tool" {}`:                       "sha256",
		`executable "bin/tool" { sha256 = "12" }`:        "It must be 64 hexadecimal digits",
		`executable "bin/tool" { sha256 = 5 }`:           "It must be 64 hexadecimal digits",
		`executable "bin/tool" { sha256 = env("HOME") }`: "job.lock.hcl:1:",
		`plugin "bin/tool" {}`:                           "plugin",
		strings.Repeat("#", 1<<20+1):                     "Lock file cannot be read",
	} {
		path, _ := newLockable(t)
		require.NoError(t, os.WriteFile(job.LockPath(path), []byte(text), 0o644))
		_, err := job.Load(path, quietly())
		var mistakes *job.DiagnosticsError
		require.ErrorAs(t, err, &mistakes, text)
		require.ErrorContains(t, err, want)
	}
}
