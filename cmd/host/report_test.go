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
on "start" {
  name = "begin"
  submit "double" {
    for_each = range(3)
    input    = each.value
  }
  submit "fail" { input = "on purpose" }
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
		{`(?m)^( *(?:double|fail) .*?)[ ]+\S+[ ]+\S+[ ]+\S+$`, "$1 P50 P99 RATE"},
		{`refused .*`, "refused P50 P99 RATE"},
		{`[0-9a-f]{8} ─`, "REFERENC ─"},
	} {
		text = regexp.MustCompile(what.pattern).ReplaceAllString(text, what.with)
	}
	golden(t, "report", text)
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
	require.Equal(t, "signalbox: a command is needed: explain, journal, plugin, ps, run, stop, tasks, top, validate or version\nSee 'signalbox --help'.\n", c.stderr.String())
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
