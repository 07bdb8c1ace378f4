package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/job"
)

// TestAttachOfTheCommandLine attaches a bundled plugin, an executable and a
// folder, besides the one of the job file.
func TestAttachOfTheCommandLine(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.job(watched+`
attach "again" {
  source = "./watcher"
  config { file = "heard" }
}
`, "--attach", "logging", "--attach", "./quiet.bin").exits(0)
	require.Regexp(t, `msg=on_result plugin=logging .*task=double`, c.stderr.String())
	var sum job.Summary
	require.NoError(t, json.Unmarshal([]byte(r.read("summary.json")), &sum))
	for _, name := range []string{"again", "logging", "quiet"} {
		require.Regexp(t, `(?m)^ +`+name+` +\d+ +\d+ +0 +0 +0 *$`, c.stdout.String())
		require.NotZero(t, sum.Plugins[name].Emitted, name)
		require.Equal(t, sum.Plugins[name].Emitted, sum.Plugins[name].Acknowledged, name)
	}
}

// TestAttachedFolderIsBuilt runs in the repository's root, where a folder of the
// examples is an event plugin.
func TestAttachedFolderIsBuilt(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.write("job.hcl", watched)
	c := r.prepare("host", "run", r.path("job.hcl"), "--attach", "./examples/driver")
	c.Dir = "../.."
	require.NoError(t, c.Start())
	// It submits, which it may not.
	c.end().exits(0)
	require.Contains(t, c.stderr.String(), "building plugin")
	require.Contains(t, c.stderr.String(), `plugin driver may not submit: grant it with allow = [\"submit\"]`)
}

// TestFolderOfBothIsBuiltOnce has a folder that is plugin and event plugin.
func TestFolderOfBothIsBuiltOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.prepare("host", "run", "examples/driver/job.hcl")
	c.Dir = "../.."
	require.NoError(t, c.Start())
	c.end().exits(0)
	require.Equal(t, 1, strings.Count(c.stderr.String(), "building plugin"), c.stderr.String())
}

func TestAttachMayOnlyListen(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.job(watched, "--attach", "./refused").exits(0)
	require.Contains(t, c.stderr.String(), `plugin refused may not stop: grant it with allow = [\"stop\"]`)
}

func TestMistakesOfTheAttachFlag(t *testing.T) {
	t.Parallel()
	const block = "\nattach \"logging\" {}\n"
	for name, c := range map[string]struct {
		args  string
		early bool // validate finds it, too
		texts []string
	}{
		"nothing":         {"", true, []string{"--attach is empty: it must be one of "}},
		"nearly":          {"loging", true, []string{"Event plugin cannot be attached\n", `"loging" was given: no event plugin of this name comes with this program; did you mean "logging"?`, `A path needs a separator in it, such as ./alert.`}},
		"nothing alike":   {"xyz", true, []string{`"xyz" was given: no event plugin of this name comes with this program; there `, "logging"}},
		"no separator":    {"watcher", true, []string{`"watcher" was given: no event plugin of this name`, `The file of this name is ./watcher.`}},
		"no such file":    {"./absent", true, []string{"Plugin cannot be started\n", "absent does not exist"}},
		"no executable":   {"./job.hcl", true, []string{"job.hcl is not executable: it needs chmod +x, or to be built"}},
		"no Go":           {"./run", true, []string{"is a folder without Go files"}},
		"twice":           {"./watcher ./watcher", true, []string{`"./watcher" was given: another one that was given is called "watcher" too: an attach block`}},
		"in the file":     {"logging", true, []string{`"logging" was given: the job file attaches a plugin "logging" already, at job.hcl:11:1: leave one of the two out`}},
		"no event plugin": {"./tasks", false, []string{"Event plugin \"tasks\" cannot be attached\n", "it offers no event plugin: pass sdk.EventPlugin(…) to its sdk.Serve"}},
		"configuration":   {"./watcher", false, []string{"Event plugin \"watcher\" cannot be attached\n", "configuration: file is missing", "Its configuration needs an attach block in the job file."}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.write("job.hcl", watched+block)
			var flags []string
			for _, arg := range strings.Split(c.args, " ") {
				flags = append(flags, "--attach", arg)
			}
			run := r.host(append([]string{"run", "job.hcl"}, flags...)...).exits(2)
			require.Empty(t, run.stdout.String())
			for _, text := range c.texts {
				require.Contains(t, run.stderr.String(), text)
			}
			v := r.host(append([]string{"validate", "job.hcl"}, flags...)...)
			if c.early {
				v.exits(2)
			} else {
				v.exits(0)
			}
		})
	}
}
