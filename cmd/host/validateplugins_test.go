package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestValidateAsksPlugins(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.write("job.hcl", `
plugin "tasks" { source = "./tasks" }
plugin "absentee" { source = "./silent" }
task "great" { plugin = "tasks" }
task "fine" {
  plugin = "tasks"
  code   = "double"
}
attach "a" {
  source = "./watcher"
  config {
    fil   = "x"
    limit = 1.5
  }
}
attach "b" { source = "./watcher" }
attach "c" { source = "./tasks" }
attach "d" {
  source = "./watcher"
  plugin = "metrics"
}
attach "e" {
  source = "./watcher"
  config { file = 1 }
}
attach "logging" {
  config { every = 1 }
}
attach "spare" {
  source   = "./silent"
  optional = true
}
`)
	r.host("validate", "job.hcl").exits(0)
	v := r.host("validate", "job.hcl", "--plugins").exits(2)
	require.Empty(t, v.stdout.String())
	golden(t, "validate_plugins", v.told())
	require.NoFileExists(t, r.path("x"), "set-ups do not run")
}

func TestValidateFindsThatPluginsAreGood(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.write("job.hcl", watched+`
attach "spare" {
  source   = "./silent"
  optional = true
}
attach "again" {
  source = "./watcher"
  config {
    file  = "heard"
    limit = 1
  }
}
`)
	v := r.host("validate", "job.hcl", "--plugins", "--attach", "./quiet.bin", "--attach", "logging").exits(0)
	require.Equal(t, "job.hcl: no mistakes found\n", v.stdout.String())
	require.Contains(t, v.stderr.String(), "job.hcl:12:14: Warning: Event plugin cannot be attached\n")
	require.NoFileExists(t, r.path("heard"))

	v = r.host("validate", "job.hcl", "--plugins", "--attach", "./tasks").exits(2)
	require.Contains(t, v.stderr.String(), "Event plugin \"tasks\" cannot be attached\n    it offers no event plugin")
}

// TestValidateTellsWarningsBesideMistakes has a warning of the file and a
// mistake that only the plugin knows of.
func TestValidateTellsWarningsBesideMistakes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.write("job.hcl", tasksPlugin+`
task "great" {}
attach "spare" {
  source   = "./absent"
  optional = true
}
`)
	const warning = "job.hcl:9:14: Warning: Plugin cannot be started\n"
	v := r.host("validate", "job.hcl").exits(0)
	require.Contains(t, v.stderr.String(), warning)
	v = r.host("validate", "job.hcl", "--plugins").exits(2)
	require.Contains(t, v.stderr.String(), "job.hcl:7:6: Unknown task\n")
	require.Equal(t, 1, strings.Count(v.stderr.String(), warning), v.stderr.String())
}

func TestInspectShowsEventPlugins(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	require.Regexp(t, `^plugin watcher, sdk \S+, protocol 1

TASK    INPUT  OUTPUT  CONTENT TYPE
double  int    int     application/json

event plugin watcher

CONFIG  TYPE          NEEDED  MEANING
file    string        yes     where results are written
limit   whole number  no      *
$`, r.host("plugin", "inspect", "watcher").exits(0).stdout.String())
	require.Regexp(t, `^plugin refused, sdk \S+, protocol 1\n\nevent plugin refused\n$`, r.host("plugin", "inspect", "refused").exits(0).stdout.String())
	require.Contains(t, r.host("plugin", "inspect", "watcher", "-o", "json").exits(0).stdout.String(), `"event_plugins": [`)
}

// TestConfigurationOfABundledPluginIsCheckedWithoutIt shows every way in which
// one may not fit, by validate and by run alike.
func TestConfigurationOfABundledPluginIsCheckedWithoutIt(t *testing.T) {
	t.Parallel()
	for attribute, want := range map[string]string{
		`formt = "json"`:                `job.hcl:8:5: Unknown attribute|There is no attribute "formt" (did you mean "format"?): there are file, format,`,
		`format = 1`:                    `job.hcl:8:14: Wrong type|format takes a string, not a number.`,
		`every = "2"`:                   `job.hcl:8:13: Wrong type|every takes a whole number, not a string.`,
		`every = 1.5`:                   `job.hcl:8:13: Wrong type|every takes a whole number, not 1.5.`,
		`max_age = "old"`:               `job.hcl:8:15: Wrong type|max_age takes a duration, such as "500ms" or "90s", not "old".`,
		`events = "on_start"`:           `job.hcl:8:14: Wrong type|events takes a list of string, not a string.`,
		`events = ["on_start", 1]`:      `job.hcl:8:14: Wrong type|events takes a list of string, and one of its elements is no string.`,
		`levels = { on_start = true }`:  `job.hcl:8:14: Wrong type|levels takes a map of string, and one of its elements is no string.`,
		`levels = ["info"]`:             `job.hcl:8:14: Wrong type|levels takes a map of string, not a list.`,
		`events = { on_start = "yes" }`: `job.hcl:8:14: Wrong type|events takes a list of string, not a map.`,
	} {
		t.Run(attribute, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.write("job.hcl", tasksPlugin+"attach \"logging\" {\n  config {\n    "+attribute+"\n  }\n}\n")
			v := r.host("validate", "job.hcl").exits(2)
			for _, part := range strings.Split(want, "|") {
				require.Contains(t, v.stderr.String(), part)
			}
			require.Equal(t, v.told(), r.host("run", "job.hcl").exits(2).told())
		})
	}
}
