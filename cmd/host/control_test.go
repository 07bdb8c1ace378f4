package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// asks runs the host beside a run of the rig that goes on.
func (r *rig) asks(args ...string) *ran {
	r.t.Helper()
	c := r.start("host", args...)
	_ = c.Wait()
	c.code = c.ProcessState.ExitCode()
	return c
}

// listed are the lines of host ps on the runs of the rig's jobs: it lists all
// hosts of this user, and other tests have some.
func (r *rig) listed() []string {
	r.t.Helper()
	lines := strings.SplitAfter(r.asks("ps").exits(0).stdout.String(), "\n")
	require.Regexp(r.t, `^RUN +ID +PID +PHASE .*\n$`, lines[0])
	return slices.DeleteFunc(lines, func(line string) bool { return !strings.Contains(line, r.dir) })
}

// nightly is a job with a call that runs, and calls that wait.
const nightly = `
plugin "tasks" {
  source  = "./tasks"
  workers = 1
}
task "wait" {
  limiter {
    max_concurrent = 1
    on_limit       = "queue"
  }
}
task "fail" {}
on "start" {
  submit "fail" { input = "on purpose" }
  submit "wait" {
    for_each = range(3)
    input    = each.value
  }
}
attach "logging" {}
run {
  name         = "nightly"
  on_exception = "continue"
}
`

// beginNightly begins it, and returns when it can be asked.
func beginNightly(r *rig) *ran {
	r.t.Helper()
	c := r.begin(nightly)
	c.stderr.until(r.t, 1, "msg=waits")
	return c
}

func TestARunningHostAnswers(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := beginNightly(r)
	pid := c.Process.Pid

	lines := r.listed()
	require.Len(t, lines, 1)
	require.Regexp(t, fmt.Sprintf(`^nightly +[0-9a-f]{8} +%d +running .* 2 +1 +1 +1 +%s\n$`, pid, regexp.QuoteMeta(r.path("job.hcl"))), lines[0])
	var listed []map[string]any
	require.NoError(t, json.Unmarshal([]byte(r.asks("ps", "-o", "json").exits(0).stdout.String()), &listed))
	listed = slices.DeleteFunc(listed, func(run map[string]any) bool { return run["pid"] != float64(pid) })
	require.Len(t, listed, 1)
	id := listed[0]["id"].(string)

	for _, run := range []string{"nightly", id, id[:6], fmt.Sprint(pid)} {
		text := r.asks("tasks", run).exits(0).stdout.String()
		require.Regexp(t, `(?m)^wait +2 +1 +0 `, text)
	}
	require.Regexp(t, `(?m)^2 +wait +running .* 0\n`, r.asks("tasks", "nightly", "--state", "running").exits(0).stdout.String())
	require.Regexp(t, `(?m)^4 +wait +waiting, held by limiter .* 2\n`, r.asks("tasks", "nightly", "--state", "waiting").exits(0).stdout.String())
	require.Regexp(t, `(?m)^1 +fail +exception .* on purpose`, r.asks("tasks", "nightly", "--state", "exception").exits(0).stdout.String())

	why := r.asks("explain", "nightly", "4").exits(0).stdout.String()
	require.Regexp(t, `^#4 wait\(2\): waiting, held by limiter\nIt has waited for \S+\.\nIt is held by limiter, and goes to executor tasks when it is released\.\n`, why)
	require.Regexp(t, `^#1 fail: exception\nIt ended with an error, `, r.asks("explain", "nightly", "#1").exits(0).stdout.String())
	require.Contains(t, r.asks("explain", "nightly", "77").exits(2).stderr.String(), "unknown future 77: so far 4 were submitted")

	plugins := r.asks("plugin", "list", "nightly").exits(0).stdout.String()
	require.Regexp(t, `(?m)^tasks +0 +\d+ +busy +wait #2 +0 +-$`, plugins)
	require.Regexp(t, `(?m)^logging +\d+ +running +\d+ +0 +0 +\*`, plugins)
	require.Regexp(t, `(?m)^logging +\S.* [0-9a-f]{16} +/`, plugins)

	completed := r.asks("__complete", "stop", "").exits(0).stdout.String()
	require.Regexp(t, fmt.Sprintf(`(?m)^nightly\tpid %d, `, pid), completed)
	require.Regexp(t, `(?m)^wait$`, r.asks("__complete", "tasks", "nightly", "--task", "").exits(0).stdout.String())

	stopped := r.asks("stop", "nightly", "--kill").exits(0).stdout.String()
	require.Equal(t, fmt.Sprintf("nightly (%s, pid %d) is killed\n", id, pid), stopped)
	c.end().exits(4)
	require.Contains(t, c.stdout.String(), "killed on request of another process")
	require.Empty(t, r.listed())
	require.Regexp(t, `^host: there is no run "nightly"`, r.asks("stop", "nightly").exits(2).stderr.String())
}

func TestTwoHostsOfOneName(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	first := beginNightly(r)
	second := r.start("host", "run", "job.hcl")
	second.stderr.until(t, 1, "msg=waits")
	text := r.asks("stop", "nightly").exits(2).stderr.String()
	require.Regexp(t, `^host: 2 runs are meant by "nightly": give the id or the pid of one:\n`, text)
	for _, c := range []*ran{first, second} {
		require.Regexp(t, fmt.Sprintf(`(?m)^  [0-9a-f]{8}  pid %d  nightly  /`, c.Process.Pid), text)
	}
	for _, c := range []*ran{second, first} {
		r.asks("stop", "--kill", fmt.Sprint(c.Process.Pid)).exits(0)
		_ = c.Wait()
		require.Equal(t, 4, c.ProcessState.ExitCode())
	}
}

func TestADeadHostIsNotListed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := beginNightly(r)
	require.NoError(t, c.Process.Kill())
	_ = c.Wait()
	require.Empty(t, r.listed())
	left, err := filepath.Glob(r.path("run/signalbox-*/control"))
	require.NoError(t, err)
	require.Empty(t, left, "its socket is removed")
}

func TestNamesOfRunsCannotSteerATerminal(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.write("job.hcl", strings.Replace(nightly, `"nightly"`, `"a\u001b[2Jb"`, 1))
	c := r.start("host", "run", "job.hcl")
	c.stderr.until(t, 1, "msg=waits")
	table := r.asks("ps").exits(0).stdout.String()
	require.Contains(t, table, `a\x1b[2Jb`)
	require.NotContains(t, table, "\x1b")
	r.asks("stop", "--kill", fmt.Sprint(c.Process.Pid)).exits(0)
	_ = c.Wait()
}

func TestARunWithoutASocketGoesOn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	long := r.path("run/" + strings.Repeat("x", 90))
	require.NoError(t, os.Mkdir(long, 0o700))
	r.write("job.hcl", "run { name = \"alone\" }\n")
	c := r.prepare("host", "run", "job.hcl")
	c.Env = append(c.Env, "XDG_RUNTIME_DIR="+long)
	require.NoError(t, c.Run())
	require.Contains(t, c.stderr.String(), "other commands cannot look at this run, or stop it")
}
