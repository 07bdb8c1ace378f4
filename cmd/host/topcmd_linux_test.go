package main

import (
	"encoding/json"
	"regexp"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/view"
)

// TestTop shows a run of another process, and acts on it.
func TestTop(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.write("job.hcl", eventful)
	run := r.start("host", "run", "job.hcl", "--display", "none")
	run.stderr.until(t, 1, "state=ready executor=tasks attrs.worker=")
	run.stderr.until(t, 1, "of=tell")

	var now view.Run
	one := r.start("host", "top", "job", "-o", "json")
	require.NoError(t, one.Wait())
	require.NoError(t, json.Unmarshal([]byte(one.stdout.String()), &now))
	require.Equal(t, "job", now.Name)
	require.Equal(t, view.Running, now.Phase)

	c := r.prepare("host", "top", "job")
	s := r.onTerminalOut(100, 40, c)
	s.until(`(?s)job · running.*(104 of 106 so far|104 of 106 \(98%\))`)
	s.until(`(?m)^  tasks/\d +\d+ .* tell #\d+  ███░░░░░░░ 38% reading$`)
	s.until(`q quit`)
	s.press("e")
	s.until(`@on_future_exception 4`)
	s.press("e")
	s.press("p")
	s.until(`job · paused`)
	s.press("p")
	s.until(`job · running`)
	s.press("q")
	require.NoError(t, s.Wait(), "the run goes on")
	<-s.gone
	require.Equal(t, s.was, s.modes())

	s = r.onTerminalOut(100, 40, r.prepare("host", "top", "job"))
	s.until(`(?m)^▸ double `)
	for _, task := range []string{"wait", "tell"} {
		s.selectTask(task)
		s.press("c")
		s.until(`Cancel all calls of ` + task + ` that have not ended \(1\)\? y/n`)
		s.press("y")
		s.until(`1 cancelled|2 cancelled|has ended`)
	}
	require.NoError(t, s.Wait())
	<-s.gone
	require.Regexp(t, `(?m)^job \([0-9a-f]{8}, pid \d+\) has ended$`, s.all())
	run.end().exits(1)

	c = r.host("top", "job").exits(2)
	require.Contains(t, c.stderr.String(), "there is no run")
	c = r.host("top", "job", "-o", "yaml").exits(2)
	require.Contains(t, c.stderr.String(), `--output "yaml": it must be json`)
}

// TestTopIsInterrupted gives the terminal back.
func TestTopIsInterrupted(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.write("job.hcl", eventful)
	run := r.start("host", "run", "job.hcl", "--display", "none")
	run.stderr.until(t, 1, "of=tell")
	s := r.onTerminalOut(100, 40, r.prepare("host", "top", "job"))
	s.until(`tell #\d+  ███`)
	s.signal(syscall.SIGTERM)
	require.Error(t, s.Wait())
	require.Equal(t, 130, s.ProcessState.ExitCode())
	<-s.gone
	require.Equal(t, s.was, s.modes())

	off := r.start("host", "top", "job")
	off.stdout.until(t, 1, "job: running after")
	off.signal(syscall.SIGINT)
	require.Error(t, off.Wait())
	run.signal(syscall.SIGINT)
	run.signal(syscall.SIGTERM)
	run.end().exits(130)
}

// onTerminalOut is onTerminal with standard output there, too.
func (r *rig) onTerminalOut(columns, rows int, c *ran) *seen {
	r.t.Helper()
	c.Cmd.Stdout = nil
	return r.onTerminal(columns, rows, c)
}

// selectTask goes down until a task is selected.
func (s *seen) selectTask(task string) {
	s.rig.t.Helper()
	for !regexp.MustCompile(`(?m)^▸ ` + task + ` `).MatchString(s.until(`(?m)^▸ `)) {
		before := s.text()
		s.press("j")
		s.untilChanged(before)
	}
}
