package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const failing = tasksPlugin + `
task "fail" {}

on "start" {
  submit "fail" {
    input = "gone\u001b[2J\u001b]0;title\u0007 and \u202etxt\r\nresults: 7"
  }
}

`

// TestErrorsOfPluginsSteerNoTerminal has a task fail with what clears the screen,
// renames the window, turns text around and begins a line of its own.
func TestErrorsOfPluginsSteerNoTerminal(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.write("job.hcl", failing)
	c := r.host("run", "job.hcl", "--log-level", "debug")
	for _, text := range []string{c.stdout.String(), c.stderr.String()} {
		require.False(t, strings.ContainsAny(text, "\x1b\x07\r\u202e"), "%q", text)
	}
	require.Contains(t, c.stdout.String(), `error of fail: gone\x1b[2J\x1b]0;title\a and \u202etxt\r results: 7`)
}

// TestLockedJob pins the plugin of a job, which runs, and not any more when the
// plugin is another.
func TestLockedJob(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.write("job.hcl", failing)
	text := r.host("run", "job.hcl", "--locked").exits(2).stderr.String()
	require.Contains(t, text, "Not locked")
	c := r.host("plugin", "lock", "job.hcl").exits(0)
	require.Regexp(t, `^[0-9a-f]{64}  tasks\njob.lock.hcl: 1 pinned\n$`, c.stdout.String())
	require.NotEqual(t, 2, r.host("run", "job.hcl", "--locked").code)

	require.NoError(t, os.Remove(r.path("tasks")))
	require.NoError(t, os.Symlink(r.path("watcher.sh"), r.path("tasks")))
	require.NoError(t, os.WriteFile(r.path("watcher.sh"), []byte("#!/bin/sh\ntouch ran\n"), 0o755))
	for _, args := range [][]string{{"run", "job.hcl"}, {"validate", "job.hcl"}, {"run", "job.hcl", "--locked"}} {
		require.Contains(t, r.host(args...).exits(2).stderr.String(), "Not as locked")
	}
	require.NoFileExists(t, r.path("ran"))
}
