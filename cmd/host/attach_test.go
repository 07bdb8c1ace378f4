package main

import (
	"encoding/json"
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
		"wrong type":    {"attach \"a\" {\n  source = \"./watcher\"\n  config {\n    file = \"f\"\n    limit = \"x\"\n  }\n}", `configuration: limit: "x" is no number`},
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
