package main

import (
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// gatePlugin are blocks of a job whose first task stands at a gate while
// others wait for its worker.
const gatePlugin = tasksPlugin + `
task "gate" {}
task "double" {}
on "start" {
  submit "gate" { input = "gate" }
  submit "double" {
    for_each = range(5)
    input    = each.value
  }
}
on "double.submitted" { log = "another waits" }
output { path = "out.jsonl" }
`

// atGate starts such a job and returns when its first task has begun and the
// others have been submitted.
func atGate(t *testing.T, job string, args ...string) (*rig, *ran) {
	t.Helper()
	r := newRig(t)
	require.NoError(t, syscall.Mkfifo(r.path("gate"), 0o600))
	c := r.begin(job, args...)
	c.stderr.until(t, 1, "stands at the gate")
	c.stderr.until(t, 5, "another waits")
	return r, c
}

// open lets the task pass, which then has its result.
func (r *rig) open() {
	r.t.Helper()
	require.NoError(r.t, os.WriteFile(r.path("gate"), []byte("passed"), 0o600))
}

func (c *ran) signal(sig os.Signal) {
	c.rig.t.Helper()
	require.NoError(c.rig.t, c.Process.Signal(sig))
}

// TestSignalEndsValidation comes while a plugin is being asked what it offers.
func TestSignalEndsValidation(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	require.NoError(t, syscall.Mkfifo(r.path("gate"), 0o600))
	r.write("job.hcl", "attach \"a\" {\n  source = \"./held\"\n  args   = [\"gate\"]\n}\n")
	c := r.start("host", "validate", "job.hcl", "--plugins")
	_, err := os.ReadFile(r.path("gate")) // the plugin has opened it
	require.NoError(t, err)
	c.signal(syscall.SIGINT)
	c.end().exits(130)
	require.Empty(t, c.stdout.String())
	require.Contains(t, c.stderr.String(), "interrupt")
}

func TestSignalCompletesWhatRuns(t *testing.T) {
	t.Parallel()
	for name, sig := range map[string]os.Signal{"interrupt": syscall.SIGINT, "terminated": syscall.SIGTERM} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, c := atGate(t, gatePlugin+"on \"double.cancelled\" {\n  log = \"waits no more\"\n}\n")
			c.signal(sig)
			c.stderr.until(t, 1, "host: "+name+": finishing what runs and cancelling what waits; once more kills what runs\n")
			c.stderr.until(t, 5, "waits no more")
			r.open()
			c.end().exits(130)

			lines := r.lines("out.jsonl")
			require.Len(t, lines, 6)
			for _, l := range lines {
				if l.Task == "gate" {
					require.Equal(t, `"passed"`, string(l.Result))
				} else {
					require.True(t, l.Cancelled)
					require.Contains(t, l.Error, "stopped by signal: "+name)
				}
			}
			s := r.summary()
			require.Equal(t, "stopped", s.Exit)
			require.Equal(t, 130, s.ExitCode)
			require.Equal(t, 1, s.Tasks["gate"].Results)
			require.Equal(t, 5, s.Tasks["double"].Cancelled)
			require.Contains(t, c.stdout.String(), "stopped: stopped by signal: "+name)
		})
	}
}

// TestFaultSecondSignalKills is over a task that never passes and does not heed its
// context.
func TestFaultSecondSignalKills(t *testing.T) {
	t.Parallel()
	r, c := atGate(t, gatePlugin)
	c.signal(syscall.SIGINT)
	c.stderr.until(t, 1, "finishing what runs")
	c.signal(syscall.SIGINT)
	c.end().exits(130)
	require.Contains(t, c.stderr.String(), "host: interrupt: killing what runs; once more ends at once\n")

	lines := r.lines("out.jsonl")
	require.Len(t, lines, 6)
	for _, l := range lines {
		require.True(t, l.Cancelled, "%s", l.Error)
	}
	s := r.summary()
	require.Equal(t, 130, s.ExitCode)
	require.Equal(t, 1, s.Tasks["gate"].Cancelled)
}

// TestThirdSignalEnds is over an on block that goes on for very long.
func TestThirdSignalEnds(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.begin(tasksPlugin + submitOne("double", "500000") + `
on "double.result" { log = "it begins" }
on "double.result" {
  when = length([for x in range(event.result) : length([for y in range(1000) : y])]) == 1
  log  = "never"
}
`)
	c.stderr.until(t, 1, "it begins")
	c.signal(syscall.SIGINT)
	c.stderr.until(t, 1, "finishing what runs")
	c.signal(syscall.SIGINT)
	c.stderr.until(t, 1, "killing what runs")
	c.signal(syscall.SIGINT)
	require.Error(t, c.Wait())
	require.Equal(t, syscall.SIGINT, c.ProcessState.Sys().(syscall.WaitStatus).Signal())
	require.Eventually(t, func() bool { return len(left(t, r.dir)) == 0 }, 2*time.Second, 10*time.Millisecond)
}

// TestProgressIsPrinted is over a run that goes on until there are two lines of
// one phase, ten seconds apart, and comes to others.
func TestProgressIsPrinted(t *testing.T) {
	t.Parallel()
	t.Run("text", func(t *testing.T) {
		t.Parallel()
		r, c := atGate(t, gatePlugin)
		c.stderr.until(t, 2, "job: running after")
		r.open()
		c.end().exits(0)
		require.Regexp(t, `(?m)^job: running after 1\d\S*s, 6 submitted, 0 done, 0 failed, 1 running, 0/s$`, c.stderr.String())
		require.Regexp(t, `(?m)^job: ended \(exhausted\) after 1\d\S*s, 6 submitted, 6 done, 0 failed, 0 running$`, c.stderr.String())
	})
	t.Run("json", func(t *testing.T) {
		t.Parallel()
		r, c := atGate(t, gatePlugin, "--log-format", "json")
		c.stderr.until(t, 2, `"phase":"running"`)
		c.signal(syscall.SIGINT)
		c.stderr.until(t, 1, `"phase":"draining"`)
		r.open()
		c.end().exits(130)
		seen := map[string]map[string]any{}
		for _, record := range c.logged() {
			seen[record["msg"].(string)] = record
			if phase, ok := record["phase"].(string); ok {
				seen[phase] = record
			}
		}
		require.Equal(t, "stopped: stopped by signal: interrupt", seen["ended"]["exit"])
		progress := seen["running"]
		require.Equal(t, "job", progress["run"])
		for key, want := range map[string]float64{"submitted": 6, "done": 0, "failed": 0, "running": 1, "cancelled": 0, "per_second": 0} {
			require.Equal(t, want, progress[key], "%s of %v", key, progress)
		}
		signal := seen["finishing what runs and cancelling what waits; once more kills what runs"]
		require.Equal(t, "WARN", signal["level"])
		require.Equal(t, "interrupt", signal["signal"])
	})
}

func TestFaultSignalWhileStarting(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.begin("plugin \"p\" {\n  source        = \"./mute\"\n  start_timeout = \"1m\"\n}" + doubleOne + `output { path = "out.jsonl" }`)
	c.stderr.until(t, 1, "waiting for a licence")
	c.signal(syscall.SIGTERM)
	c.end().exits(130)
	require.Contains(t, c.stderr.String(), "host: job.hcl: stopped before the run had started\n")
	require.Empty(t, c.stdout.String())
	require.NoFileExists(t, r.path("out.jsonl"))
	require.NoFileExists(t, r.path("summary.json"))
}

// TestSignalGoesBeforeAllElse is over a run that is ending already.
func TestSignalGoesBeforeAllElse(t *testing.T) {
	t.Parallel()
	r, c := atGate(t, gatePlugin+"on \"double.result\" {\n  stop = \"enough\"\n}\n", "--workers", "2")
	c.signal(syscall.SIGINT)
	c.stderr.until(t, 1, "finishing what runs")
	r.open()
	c.end().exits(130)
	require.Equal(t, 130, r.summary().ExitCode)
}

func TestInspectIsInterrupted(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.start("host", "plugin", "inspect", "mute")
	require.Eventually(t, func() bool {
		return slices.ContainsFunc(left(t, r.dir), func(line string) bool { return strings.HasPrefix(line, r.path("mute")) })
	}, limit, 10*time.Millisecond)
	c.signal(syscall.SIGINT)
	c.end().exits(130)
	require.Equal(t, "host: interrupt signal received\n", c.stderr.String())
}
