package main

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReport(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.job(tasksPlugin + `
task "double" {}
task "fail" {}
task "die" {
  retry { attempts = 2 }
}
task "once" {
  code = "double"
  limiter { max_calls = 1 }
}
on "start" {
  name = "begin"
  submit "double" {
    for_each = range(3)
    input    = each.value
  }
  submit "fail" {
    for_each = ["on purpose", "line 1 of ./a.txt", "line 27 of ./b.txt", "line 3 of /c.txt", "line 4 of /d.txt", "escape \u001b[2J"]
    input    = each.value
  }
  submit "die" { input = 3 }
  submit "once" {
    for_each = range(3)
    input    = each.value
  }
}
on "fail.exception" {
  when = event.kind == ""
  log  = event.error
}
output { path = "out.jsonl" }
run { name = "two tasks" }
`).exits(1)
	text := c.stdout.String()
	for _, what := range []struct{ pattern, with string }{
		{`after \d\S*`, "after TIME"},
		{`(?m)^( *(?:double|fail|die|once) .*?)[ ]+\S+[ ]+\S+[ ]+\S+$`, "$1 P50 P99 RATE"},
		{`refused +p50.*`, "refused P50 P99 RATE"},
		{`[0-9a-f]{8} ─`, "REFERENC ─"},
		{`slowest .*\n(?:.*\S.*\n)+`, "SLOWEST\n"},
		{`\(pid \d+\)`, "(pid N)"},
		{`(2 attempts failed: ).*`, "${1}AND SO ON"},
	} {
		text = regexp.MustCompile(what.pattern).ReplaceAllString(text, what.with)
	}
	golden(t, "report", text)
}

func TestSummaryTellsWhatTheReportTells(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.job(tasksPlugin + `
task "fail" {}
task "double" {
  limiter { max_calls = 2 }
}
on "start" {
  submit "fail" {
    for_each = range(100)
    input    = "kind ${join("", [for n in range(each.value) : "x"])} of error"
  }
  submit "fail" {
    for_each = range(5)
    input    = "row ${each.value} is bad"
  }
  submit "double" {
    for_each = range(3)
    input    = each.value
  }
}
output { path = "out.jsonl" }
`).exits(1)
	s := r.summary()
	require.Len(t, s.Errors, 64)
	require.Equal(t, 105-64, s.OtherErrors, "105 errors of 101 kinds")
	require.Equal(t, `"kind  of error"`, string(s.Errors[0].Inputs[0]))
	require.Len(t, s.Slowest, 5)
	require.GreaterOrEqual(t, s.Slowest[0].Elapsed, s.Slowest[4].Elapsed)
	require.Len(t, s.Refusals, 1)
	require.Equal(t, "double", s.Refusals[0].Task)
	require.Equal(t, 1, s.Refusals[0].Count)
	require.Equal(t, "out.jsonl", s.Results.Path)
	require.Equal(t, 107, s.Results.Lines)
}

func TestReportOfAnError(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.job(tasksPlugin + submitOne("double", "1") + "on \"double.result\" {\n  log = event.result.absent\n}\n").exits(1)
	require.Regexp(t, `(?m)^error: job.hcl:11:21: on "double.result": Unsupported attribute: `, c.stdout.String())
	require.Regexp(t, `level=ERROR msg="on block failed" .*at=job.hcl:11:21`, c.stderr.String())
	require.NotContains(t, c.stderr.String(), "goroutine")
}

func TestHostIsCalledAsItWasStarted(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.start("signalbox", "--help").end().exits(0)
	require.Regexp(t, `(?m)^Usage:\n  signalbox `, c.stdout.String())
	require.NotContains(t, c.stdout.String(), "host")
	for _, args := range [][]string{{"run", "--help"}, {"validate", "--help"}, {"plugin", "--help"}, {"plugin", "inspect", "--help"}, {"journal", "tail", "--help"}, {"version", "--help"}} {
		c := r.start("signalbox", args...).end().exits(0)
		require.Regexp(t, `(?m)^Usage:\n  signalbox `+args[0], c.stdout.String())
		require.NotRegexp(t, `\bhost `, c.stdout.String())
	}
	c = r.start("signalbox").end().exits(2)
	require.Equal(t, "signalbox: a command is needed: doctor, explain, journal, map, new, plugin, ps, run, stop, tasks, top, validate or version\nSee 'signalbox --help'.\n", c.stderr.String())
	c = r.start("signalbox", "version").end().exits(0)
	require.Regexp(t, `^signalbox \S+.*\ngo1\.\S+ \w+/\w+\nplugin protocol \[1\]\n$`, c.stdout.String())
}

func TestInspect(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	require.NoError(t, os.Mkdir(r.path("deep"), 0o777))
	table := r.host("plugin", "inspect", "./tasks").exits(0)
	require.Empty(t, table.stderr.String())
	golden(t, "inspect", regexp.MustCompile(`sdk \S+,`).ReplaceAllString(table.stdout.String(), "sdk VERSION,"))
	text := r.host("plugin", "inspect", "tasks", "-o", "json").exits(0).stdout.String()
	golden(t, "inspect_json", regexp.MustCompile(`"sdk": "[^"]*"`).ReplaceAllString(text, `"sdk": "VERSION"`))
}
