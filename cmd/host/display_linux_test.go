package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// eventful is a job in which everything happens that a screen shows, and which
// goes on until it is stopped.
const eventful = `
plugin "tasks" {
  source  = "./tasks"
  workers = 3
  grace   = "10s"
}
attach "logging" {}
task "double" {}
task "fail" {}
task "die" {}
task "wait" {}
task "tell" {}
on "start" {
  submit "double" {
    for_each = range(100)
    input    = each.value
  }
  submit "tell" { input = 3 }
  submit "wait" { input = 1 }
}
on "double.done" {
  every = 100
  submit "fail" {
    for_each = ["one", "two", "no luck with\nthis"]
    input    = each.value
  }
}
on "fail.done" {
  every = 3
  submit "die" { input = 3 }
}
on "double.result" { log = "doubled ${event.input} is ${event.result}, not torn" }
`

// TestScreen follows a run with failures, a restart and a cancellation.
func TestScreen(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.write("job.hcl", eventful)
	s := r.atTerminal(100, 40, nil, "run", "job.hcl")

	s.until(`(?s)job · running.*(104 of 106 so far|104 of 106 \(98%\))`)
	s.until(`(?m)^▸ double +█+ +\(?100%\)? +p50 \S+ +p99 \S+$`)
	s.until(`(?m)^    100 results `)
	s.until(`(?m)^  fail +▓+ +\(?100%\)?`)
	s.until(`(?m)^    0 results  3 failed`)
	s.until(`(?m)^  tasks/\d +\d+ .* tell #\d+  ███░░░░░░░ 38% reading$`)
	s.until(`(?m)^  tasks/\d +\d+ .* 1  .*$`) // restarts
	s.until(`(?m)^  \d\d:\d\d:\d\d die #\d+  worker-lost: worker \d of plugin tasks`)
	s.until(`(?m)^  \d\d:\d\d:\d\d fail #\d+  no luck with$`)
	s.until(`(?m)^  logging  running +pid \d+  lag \d+  missed 0  restarts 0$`)
	s.until(`1 worker lost`)

	s.press("?")
	s.until(`(?m)^  c +cancel what the selected worker runs`)
	s.press("e")
	s.until(`@on_future_exception 4`)
	s.press("e")
	s.until(`(?m)^tasks$`)

	s.press("p")
	s.until(`job · paused`)
	s.press("p")
	s.until(`job · running`)

	s.press("c")
	s.until(`Cancel all calls of double that have not ended \(0\)\? y/n`)
	s.press("n")
	for range 4 {
		s.press("\x1b[B")
	}
	s.until(`(?m)^▸ tell `)
	s.press("c")
	s.until(`Cancel all calls of tell that have not ended \(1\)\? y/n`)
	s.press("y")
	s.until(`1 cancelled`)

	s.resize(60, 24)
	s.until(`(?m)^tasks$`)
	s.until(`(?m)^  … and \d+ more$`)
	s.resize(200, 50)
	s.until(`(?m)^tasks +results +failed +cancelled +refused +running +waiting +rate +p50 +p99$`)
	require.NotRegexp(t, `(?s)tasks  .*\ntasks`, s.text(), "it is drawn once")

	s.press("s")
	s.until(`Stop the run\? .* y/n`)
	s.press("x")
	s.until(`s stop`)
	s.press("sy")
	s.until(`job · draining`)
	s.press("G")
	s.until(`(?m)^▸ tasks/2 `)
	s.selectWorkerOf("wait")
	s.press("c")
	s.end().exits(4)

	all := s.all()
	require.Regexp(t, `(?m)^job: ended \(stopped: stopped at the screen\) after \S+, 106 submitted, 106 done, 4 failed, 0 running, 2 cancelled$`, all)
	require.NotContains(t, s.text(), "p pause", "the screen is gone")
	whole := regexp.MustCompile(`^time=\S+ level=INFO msg="doubled (\d+) is (\d+), not torn" at=job\.hcl:\d+:\d+$`)
	n := 0
	for l := range strings.Lines(all) {
		if strings.Contains(l, "doubled ") && strings.HasPrefix(l, "time=") && !strings.Contains(l, "event=") {
			require.Regexp(t, whole, strings.TrimSpace(l))
			n++
		}
	}
	require.Equal(t, 100, n)
	require.Equal(t, s.was, s.modes(), "the terminal is as it was")
}

// selectWorkerOf goes up until the worker that runs a task is selected.
func (s *seen) selectWorkerOf(task string) {
	s.rig.t.Helper()
	for range 8 {
		if regexp.MustCompile(`(?m)^▸ tasks/\d .* ` + task + ` #`).MatchString(s.until(`(?m)^▸ `)) {
			return
		}
		before := s.text()
		s.press("k")
		s.untilChanged(before)
	}
}

// untilChanged waits until something else is selected.
func (s *seen) untilChanged(before string) {
	s.rig.t.Helper()
	chosen := regexp.MustCompile(`(?m)^▸ .{10}`)
	was := chosen.FindString(before)
	require.Eventually(s.rig.t, func() bool { return chosen.FindString(s.text()) != was }, limit, time.Millisecond)
}

// TestCtrlCAtScreen stops, then kills, and gives the terminal back before it would end
// the process.
func TestCtrlCAtScreen(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.write("job.hcl", eventful)
	s := r.atTerminal(100, 40, nil, "run", "job.hcl")
	s.until(`tell #\d+  ███`)
	s.press("\x03")
	s.until(`finishing what runs`)
	s.until(`job · draining`)
	s.press("\x03")
	s.end().exits(130)
	require.Contains(t, s.all(), "killing what runs")
	require.Equal(t, s.was, s.modes())
}

// TestLeavingTheScreen: the run goes on, and so does what is told of it.
func TestLeavingTheScreen(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.write("job.hcl", eventful)
	s := r.atTerminal(100, 40, nil, "run", "job.hcl")
	s.until(`tell #\d+  ███`)
	s.press("q")
	text := s.until(`(?m)^job: running after \S+, 106 submitted, 104 done, 4 failed, 2 running`)
	require.NotContains(t, text, "p pause")
	require.Equal(t, s.was, s.modes())
	s.signal(syscall.SIGINT)
	s.until(`finishing what runs`)
	s.signal(syscall.SIGINT)
	s.end().exits(130)
}

// TestKeysOfATerminalThatIsNotStandardInput is over host run < file.
func TestKeysOfATerminalThatIsNotStandardInput(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.write("job.hcl", eventful)
	c := r.prepare("host", "run", "job.hcl")
	c.Stdin = strings.NewReader("sysysy")
	s := r.onTerminal(100, 40, c)
	s.until(`tell #\d+  ███`)
	s.press("p")
	s.until(`job · paused`)
	s.press("\x03")
	s.until(`job · draining`)
	s.press("\x03")
	s.end().exits(130)
	require.Equal(t, s.was, s.modes())
}

// TestSuspendAtScreen is over Ctrl-Z and fg in a shell.
func TestSuspendAtScreen(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.write("job.hcl", eventful)
	c := r.prepare("host")
	c.Path, c.Args = "/bin/sh", []string{"sh", "-c", "set -m; ./host run job.hcl >report; echo SUSPENDED; read x; fg; echo OVER; stty -a | grep -c -e ' icanon'"}
	s := r.onTerminal(100, 40, c)
	s.until(`tell #\d+  ███`)
	s.press("\x1a")
	c.stdout.until(t, 1, "SUSPENDED")
	require.Eventually(t, func() bool { return !strings.Contains(s.text(), "p pause") }, limit, time.Millisecond, "the screen is gone")
	s.press("\n")
	s.until(`(?s)tell #\d+  ███.*p pause`)
	s.press("\x03")
	s.until(`draining`)
	s.press("\x03")
	s.end()
	require.Contains(t, c.stdout.String(), "OVER\n1\n", "the terminal is as it was")
}

// TestFaultEndOfTheTerminal: when the window is closed, the run is stopped in order.
func TestFaultEndOfTheTerminal(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	require.NoError(t, syscall.Mkfifo(r.path("gate"), 0o600))
	r.write("job.hcl", gatePlugin+"attach \"logging\" {\n  config {\n    file = \"events.log\"\n  }\n}\n")
	s := r.atTerminal(100, 40, nil, "run", "job.hcl")
	s.until(`(?m)^  tasks/0 .* gate #\d+`)
	require.NoError(t, s.master.Close())
	<-s.gone
	require.Eventually(t, func() bool { return strings.Contains(r.read("events.log"), "msg=on_stop") }, limit, time.Millisecond)
	r.open()
	s.end().exits(130)
	ends := map[string]int{}
	for _, l := range r.lines("out.jsonl") {
		ends[fmt.Sprint(l.Task, " ", l.Cancelled)]++
	}
	require.Equal(t, map[string]int{"gate false": 1, "double true": 5}, ends, "what ran was completed, and what waited was cancelled")
}

// TestReaderOfTheReportGoesAway is host run | head at a terminal.
func TestReaderOfTheReportGoesAway(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.write("job.hcl", tasksPlugin+doubleOne)
	c := r.prepare("host", "run", "job.hcl", "--summary", "summary.json")
	read, write, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, read.Close())
	c.Cmd.Stdout = write
	s := r.onTerminal(100, 40, c)
	require.NoError(t, write.Close())
	require.Error(t, s.Wait())
	require.Equal(t, 1, r.summary().Tasks["double"].Results)
	require.Equal(t, s.was, s.modes())
	s.until(`job: ended \(exhausted\)`)
}

// TestSurroundingsOfAScreen: what the environment does not allow is not done.
func TestSurroundingsOfAScreen(t *testing.T) {
	t.Parallel()
	colors := regexp.MustCompile("\x1b\\[[0-9;]*3[0-9](;[0-9;]*)?m")
	for name, test := range map[string]struct {
		env   []string
		size  [2]int
		until string
		check func(t *testing.T, raw string)
	}{
		"colors": {nil, [2]int{80, 30}, `tell #`, func(t *testing.T, raw string) { require.Regexp(t, colors, raw) }},
		"no colors": {[]string{"NO_COLOR=yes"}, [2]int{80, 30}, `tell #`, func(t *testing.T, raw string) {
			require.NotRegexp(t, colors, raw)
			require.Contains(t, raw, "█")
		}},
		"dumb": {[]string{"TERM=dumb"}, [2]int{80, 30}, `(?m)^job: running after`, func(t *testing.T, raw string) { require.NotContains(t, raw, "\x1b") }},
		"ascii": {[]string{"LC_ALL=C"}, [2]int{80, 30}, `tell #\d+`, func(t *testing.T, raw string) {
			require.NotRegexp(t, "[█▓▒░▸…·]", raw)
			require.Contains(t, raw, "###")
		}},
		"low":    {nil, [2]int{80, 6}, `(?m)^job · running  \d+s  104 of`, func(t *testing.T, raw string) { require.NotContains(t, raw, "workers  ") }},
		"narrow": {nil, [2]int{30, 40}, `(?m)^job · running  \d+s`, func(t *testing.T, raw string) { require.NotContains(t, raw, "workers  ") }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.write("job.hcl", eventful)
			s := r.atTerminal(test.size[0], test.size[1], test.env, "run", "job.hcl")
			s.until(test.until)
			s.signal(syscall.SIGINT)
			s.signal(syscall.SIGTERM)
			s.end()
			s.mu.Lock()
			raw := s.raw.String()
			s.mu.Unlock()
			test.check(t, raw)
		})
	}
}

// TestNamesAtScreen: names of a job file do not reach the terminal raw.
func TestNamesAtScreen(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.write("job.hcl", tasksPlugin+"task \"evil\\u001b[31m\\u0007\" {\n  code = \"tell\"\n}\non \"start\" {\n  submit \"evil\\u001b[31m\\u0007\" { input = 4 }\n}\nrun {\n  name = \"run\\u001b]0;title\\u0007\"\n}\n")
	s := r.atTerminal(120, 30, nil, "run", "job.hcl")
	s.until(`(?m)^run\\x1b\]0;title\\a · running`)
	s.until(`evil\\x1b\[31m\\a #\d+  █████░░░░░ 50% reading`)
	s.signal(syscall.SIGINT)
	s.signal(syscall.SIGTERM)
	s.end()
	require.NotContains(t, s.raw.String(), "evil\x1b")
	require.NotContains(t, s.raw.String(), "\x1b]0;title")
}

// TestDisplayFlag is over its values, and what they do off a terminal.
func TestDisplayFlag(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.write("job.hcl", tasksPlugin+doubleOne)
	c := r.host("run", "job.hcl", "--display", "loud").exits(2)
	require.Contains(t, c.stderr.String(), `--display "loud": it must be live, plain or none`)
	c = r.host("run", "job.hcl", "--display", "live").exits(2)
	require.Contains(t, c.stderr.String(), "--display live: standard error cannot be drawn on: it is no terminal: leave the option out, or use plain")
	c = r.host("run", "job.hcl", "--display", "none").exits(0)
	require.Empty(t, c.stderr.String())
	c = r.host("run", "job.hcl").exits(0)
	require.Regexp(t, `^(job: (running|draining) .*\n)*job: ended \(exhausted\) after \S+, 1 submitted, 1 done, 0 failed, 0 running\n$`, c.stderr.String())
	s := r.atTerminal(80, 30, nil, "run", "job.hcl", "--display", "none")
	s.end().exits(0)
	require.Empty(t, s.raw.String())
}
