package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/job"
)

// watched is a job whose only executable is task plugin and event plugin at
// once.
const watched = `
plugin "tasks" {
  source  = "./watcher"
  workers = 1
}
task "double" {}
on "start" {
  submit "double" { input = 1 }
}
`

func TestAttachedPluginHearsAndActs(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.job(watched + `
attach "again" {
  source = "./watcher"
  allow  = ["submit"]
  config {
    file  = "heard"
    limit = 3
  }
}
attach "filtered" {
  source   = "./watcher"
  filter   = ["start"]
  delivery = "lossless"
  config { file = "nothing" }
}
`).exits(0)
	require.Equal(t, "2\n4\n8\n16\n", r.read("heard"))
	require.Empty(t, r.read("nothing"))
	require.Regexp(t, `(?m)^ +again +\d+ +\d+ +0 +0 +0 *$`, c.stdout.String())
	var sum job.Summary
	require.NoError(t, json.Unmarshal([]byte(r.read("summary.json")), &sum))
	require.Len(t, sum.Plugins, 2)
	for name, p := range sum.Plugins {
		require.Equal(t, p.Emitted, p.Acknowledged, name)
		require.NotZero(t, p.Emitted)
	}
}

func TestWhatIsNotAllowedIsRefusedAndTold(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.job(watched + `
attach "again" {
  source = "./watcher"
  config {
    file  = "heard"
    limit = 3
  }
}
`).exits(0)
	require.Equal(t, "2\n", r.read("heard"))
	require.Contains(t, c.stderr.String(), `plugin again may not submit: grant it with allow = [\"submit\"]`)
}

// TestLogging has the bundled plugin write every event.
func TestLogging(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.job(tasksPlugin + submitOne("double", "1") + submitOne("fail", `"no"`) + `
attach "logging" {
  config {
    file   = "events.log"
    format = "json"
  }
}
attach "few" {
  plugin = "logging"
  config {
    file   = "few.log"
    events = ["on_res*", "on_exc*"]
    tasks  = ["fail"]
    every  = 2
    levels = { on_exception = "error" }
  }
}
`).exits(1)
	counts := map[string]int{}
	for _, text := range strings.Split(strings.TrimSpace(r.read("events.log")), "\n") {
		var l struct {
			Msg, Run, Task, Kind, Error, Level string
			Seq, Future                        uint64
			Duration                           int64
		}
		require.NoError(t, json.Unmarshal([]byte(text), &l), text)
		counts[l.Msg]++
		require.Equal(t, "job", l.Run)
		if l.Msg == "on_exception" {
			require.Equal(t, []any{"fail", "error", "no", "WARN"}, []any{l.Task, l.Kind, l.Error, l.Level})
			require.NotZero(t, l.Future)
			require.NotZero(t, l.Duration)
		}
	}
	for event, n := range map[string]int{"on_start": 1, "on_future_submitted": 2, "on_submitted": 2, "on_future_done": 2, "on_result": 1,
		"on_exception": 1, "on_finished": 1, "summary": 1, "worker": 2} {
		require.Equal(t, n, counts[event], event)
	}
	require.Regexp(t, `^time=\S+ level=ERROR msg=on_exception run=job seq=\d+ task=fail future=2 attempt=1 worker=0 duration=\S+ kind=error error=no of=fail\n`, r.read("few.log"))
	require.Equal(t, 2, strings.Count(r.read("few.log"), "\n"), "and the summary")
}

// TestSubscriptionsAreHiddenUnlessTheyAreAskedFor looks at the tree of a job
// that attaches the same plugin twice.
func TestSubscriptionsAreHiddenUnlessTheyAreAskedFor(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.job(watched + `
attach "seen" {
  source = "./watcher"
  hidden = false
  config { file = "heard" }
}
attach "hidden" {
  source = "./watcher"
  config { file = "heard, too" }
}
`).exits(0)
	_, tree, _ := strings.Cut(c.stdout.String(), "Scheduler job")
	require.Regexp(t, `@on_result 1 +│\n┃ +│ └── seen: acts_test\.go:\d+\(sdk\.Result\) \(1\) `, tree)
	require.NotContains(t, tree, "hidden:")
	require.Regexp(t, `│ seen    ended  lag 0  missed 0  restarts 0 +│\n +│ hidden  ended  lag 0  missed 0  restarts 0 `, tree)
}

func TestMistakesOfLogging(t *testing.T) {
	t.Parallel()
	for attribute, text := range map[string]string{
		`format = "xml"`:            `"xml" is no format: it must be text or json`,
		`level = "loud"`:            `"loud" is no level: it must be debug, info, warn or error`,
		`levels = { on_x = "loud"}`: `levels: on_x: "loud" is no level`,
		`events = ["["]`:            `events: "[" is no pattern`,
		`every = -1`:                `every: -1 is out of range`,
		`max_size_mib = -1`:         `max_size_mib: -1 is out of range`,
		`max_backups = -1`:          `max_backups: -1 is out of range`,
		`max_age = "1h"`:            `max_age: 1h0m0s is out of range: it must be whole days`,
		`max_size_mib = 1`:          `file: is missing: only a file is rotated`,
		`file = "absent/x.log"`:     `file: it cannot be written: open absent/x.log`,
		`colour = "red"`:            `There is no attribute "colour": there are file, format,`,
	} {
		t.Run(attribute, func(t *testing.T) {
			t.Parallel()
			c := newRig(t).job("task \"double\" {}\n" + tasksPlugin + "attach \"logging\" {\n  config {\n    " + attribute + "\n  }\n}\n").exits(2)
			require.Contains(t, c.stderr.String(), text)
		})
	}
	c := newRig(t).job("attach \"absent\" {}\n").exits(2)
	require.Contains(t, c.stderr.String(), "Without it, only these can be attached: journal, logging, metrics.")
}

func TestMistakesOfAttach(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ block, text string }{
		"no source":     {"attach \"a\" {}", `job.hcl:10:1: Argument missing`},
		"permission":    {"attach \"a\" {\n  source = \"./watcher\"\n  allow = [\"fly\"]\n}", `There is nothing called "fly" to allow: there are submit, cancel, stop, emit.`},
		"delivery":      {"attach \"a\" {\n  source = \"./watcher\"\n  delivery = \"pigeon\"\n}", `delivery is "pigeon"; it must be one of "skip", "lossless".`},
		"filter":        {"attach \"a\" {\n  source = \"./watcher\"\n  filter = [\"[\"]\n}", `filter "[" is no pattern`},
		"missing":       {"attach \"a\" {\n  source = \"./absent\"\n}", `absent does not exist`},
		"no attribute":  {"attach \"a\" {\n  source = \"./watcher\"\n}", "job.hcl:11:12: Event plugin cannot be attached"},
		"not known":     {"attach \"a\" {\n  source = \"./watcher\"\n  config {\n    file = \"f\"\n    lmit = 1\n  }\n}", `job.hcl:14:5: Event plugin cannot be attached`},
		"wrong type":    {"attach \"a\" {\n  source = \"./watcher\"\n  config {\n    file = \"f\"\n    limit = \"x\"\n  }\n}", `configuration: limit: "x" is no whole number`},
		"its own check": {"attach \"a\" {\n  source = \"./watcher\"\n  config {\n    file = \"f\"\n    limit = -1\n  }\n}", `job.hcl:14:5: Event plugin cannot be attached`},
		"no such part":  {"attach \"a\" {\n  source = \"./watcher\"\n  plugin = \"metrics\"\n}", `it offers no event plugin "metrics"; it has ["watcher"]`},
		"no plugin":     {"attach \"a\" {\n  source = \"./tasks\"\n}", `it offers no event plugin: pass sdk.EventPlugin(…) to its sdk.Serve`},
		"taken":         {"attach \"a\" {\n  source = \"./watcher\"\n}\nattach \"a\" {\n  source = \"./watcher\"\n}", `There is a plugin to attach "a" already`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			c2 := r.job(watched + c.block + "\n").exits(2)
			require.Contains(t, c2.stderr.String(), c.text)
			require.NotContains(t, c2.stdout.String(), "on_start")
		})
	}
}

// TestMetrics has the bundled plugin count to a textfile.
func TestMetrics(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.job(tasksPlugin + submitOne("double", "1") + submitOne("fail", `"no"`) + `
attach "metrics" {
  config {
    listen   = ":0"
    textfile = "job.prom"
  }
}
`).exits(1)
	for name, n := range map[string]string{
		`signalbox_tasks_submitted_total{run="job",task="double"}`:                    "1",
		`signalbox_tasks_finished_total{outcome="result",run="job",task="double"}`:    "1",
		`signalbox_tasks_finished_total{outcome="exception",run="job",task="double"}`: "0",
		`signalbox_task_exceptions_total{kind="error",run="job",task="fail"}`:         "1",
		`signalbox_events_emitted_total{event="on_done",run="job",task="fail"}`:       "1",
		`signalbox_workers_started_total{run="job"}`:                                  "1",
		`signalbox_runs_ended_total{exit="exhausted",run="job"}`:                      "1",
	} {
		require.Contains(t, r.read("job.prom"), name+" "+n+"\n")
	}
}
