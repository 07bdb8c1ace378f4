package main

import (
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestFaultFullDisk writes to a device that is always full.
func TestFaultFullDisk(t *testing.T) {
	t.Parallel()
	one := tasksPlugin + submitOne("double", "1")

	t.Run("results", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		c := r.job(one + `output { path = "/dev/full" }`).exits(4)
		require.Contains(t, c.stdout.String(), "error: the results cannot be written: write /dev/full: no space left on device")
		require.Equal(t, 4, r.summary().ExitCode)
		require.Equal(t, 1, r.summary().Tasks["double"].Results)
	})
	t.Run("log", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		// It costs the plugin, not the run, and what is missing is told.
		c := r.job(one + `attach "logging" {
  config { file = "/dev/full" }
}`).exits(0)
		require.Contains(t, c.stderr.String(), "event plugin lost: the run goes on without it")
		require.Contains(t, c.stderr.String(), "write /dev/full: no space left on device")
		require.Regexp(t, `(?m)^ +logging +(\d+) +0 +0 +[1-9]\d* +5$`, c.stdout.String())
		require.Regexp(t, `(?m)^ +double +1 +1 +0 +0 +0 `, c.stdout.String())
	})
	t.Run("many results", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		// More than is held in memory, so that the run notices and stops.
		c := r.job(tasksPlugin + `
task "blow" {}
on "start" {
  submit "blow" {
    for_each = range(500)
    input    = 1000
  }
}
output { path = "/dev/full" }`).exits(4)
		require.Contains(t, c.stderr.String(), "/dev/full: no space left on device")
		s := r.summary()
		require.Equal(t, 4, s.ExitCode)
		require.Equal(t, "stopped", s.Exit)
		require.Equal(t, 500, s.Tasks["blow"].Results+s.Tasks["blow"].Cancelled)
	})
	t.Run("summary", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		r.write("job.hcl", one)
		c := r.host("run", "job.hcl", "--summary", "/dev/full").exits(1)
		require.Contains(t, c.stderr.String(), "host: the summary cannot be written: write /dev/full: no space left on device\n")
	})
	t.Run("report", func(t *testing.T) {
		t.Parallel()
		for command, text := range map[string]string{
			"run job.hcl":                  "the report cannot be written: ",
			"run job.hcl --summary -":      "the summary cannot be written: ",
			"validate job.hcl":             "the output cannot be written: ",
			"version":                      "the output cannot be written: ",
			"plugin inspect tasks":         "the output cannot be written: ",
			"plugin inspect tasks -o json": "the output cannot be written: ",
		} {
			t.Run(command, func(t *testing.T) {
				t.Parallel()
				r := newRig(t)
				r.write("job.hcl", one)
				full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
				require.NoError(t, err)
				defer full.Close()
				c := r.prepare("host", strings.Fields(command)...)
				c.Stdout = full
				require.NoError(t, c.Start())
				c.end().exits(1)
				require.True(t, strings.HasSuffix(c.stderr.String(), "host: "+text+"write /dev/stdout: no space left on device\n"), "%s", c.stderr)
			})
		}
	})
}

// TestReaderThatGoesAway closes the report's pipe, as head does.
func TestReaderThatGoesAway(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.write("job.hcl", tasksPlugin+submitOne("double", "1")+`output { path = "out.jsonl" }`)
	read, write, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, read.Close())
	defer write.Close()
	c := r.prepare("host", "run", "job.hcl", "--summary", "summary.json")
	c.Stdout = write
	require.NoError(t, c.Start())
	c.end()
	require.Equal(t, syscall.SIGPIPE, c.ProcessState.Sys().(syscall.WaitStatus).Signal())
	require.Len(t, r.lines("out.jsonl"), 1)
	require.Equal(t, 0, r.summary().ExitCode)
}
