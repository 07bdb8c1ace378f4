package main

import (
	"encoding/json"
	"net"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/job"
)

// unattachable are attach blocks of plugins that cannot be attached, each with
// the reason. Those that validate can tell are known early.
var unattachable = map[string]struct {
	early        bool
	block, text  string
	withBroken   bool // a folder that does not build
	withListener bool // somebody listens on the port
}{
	"absent":         {early: true, block: `source = "./absent"`, text: "absent does not exist"},
	"does nothing":   {block: `source = "./silent"`, text: "died at start"},
	"does not build": {block: `source = "./broken"`, withBroken: true, text: "does not build"},
	"configuration":  {early: true, block: "plugin = \"logging\"\n  config { every = \"x\" }", text: "every takes a whole number, not a string"},
	"its own check":  {block: "plugin = \"logging\"\n  config { format = \"xml\" }", text: `"xml" is no format`},
	"of another":     {block: "source = \"./watcher\"\n  config { fil = \"x\" }", text: `file is missing`},
	"unwritable":     {block: "plugin = \"logging\"\n  config { file = \"absent/x.log\" }", text: "it cannot be written: open absent/x.log"},
	"port in use":    {block: "source = \"./listener\"\n  config { address = \"ADDRESS\" }", withListener: true, text: "address already in use"},
}

func (r *rig) unattachable(name, extra string) (job string) {
	r.t.Helper()
	c := unattachable[name]
	if c.withBroken {
		require.NoError(r.t, os.Mkdir(r.path("broken"), 0o700))
		r.write("broken/main.go", "package main\n\nfunc main() { undefined() }\n")
		r.write("broken/go.mod", "module broken\n")
	}
	if c.withListener {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(r.t, err)
		r.t.Cleanup(func() { require.NoError(r.t, l.Close()) })
		c.block = strings.ReplaceAll(c.block, "ADDRESS", l.Addr().String())
	}
	return watched + "\nattach \"good\" {\n  plugin = \"logging\"\n}\nattach \"bad\" {\n  " + extra + c.block + "\n}\noutput { path = \"out.jsonl\" }\n"
}

// TestUnattachablePluginKeepsTheRunFromStarting requires that nothing of it is
// left, as every run of the host does.
func TestUnattachablePluginKeepsTheRunFromStarting(t *testing.T) {
	t.Parallel()
	for name, test := range unattachable {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			c := r.job(r.unattachable(name, "")).exits(2)
			require.Contains(t, c.stderr.String(), test.text)
			require.Regexp(t, `(?m)^job\.hcl:\d+:\d+: `, c.stderr.String())
			require.NotContains(t, c.stderr.String(), "on_start")
			require.NoFileExists(t, r.path("out.jsonl"))
			code := 0
			if test.early {
				code = 2
			}
			v := r.host("validate", "job.hcl").exits(code)
			if test.early {
				require.Equal(t, c.told(), v.told(), "validate says what run says")
			}
		})
	}
}

func TestOptionalPluginIsDoneWithout(t *testing.T) {
	t.Parallel()
	for name, test := range unattachable {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			c := r.job(r.unattachable(name, "optional = true\n  ")).exits(0)
			require.Regexp(t, `level=WARN msg="event plugin not attached" plugin=bad error=.*`, c.stderr.String())
			require.Contains(t, strings.ReplaceAll(c.stderr.String(), `\"`, `"`), test.text)
			require.Regexp(t, `(?m)^ +bad +0 +0 +0 +0 +0 *$`, c.stdout.String())
			require.Regexp(t, `(?m)^event plugin bad: .*`, c.stdout.String())
			require.Regexp(t, `bad +not attached +lag 0`, c.stdout.String())
			require.Len(t, r.lines("out.jsonl"), 1)
			var sum job.Summary
			require.NoError(t, json.Unmarshal([]byte(r.read("summary.json")), &sum))
			require.Contains(t, sum.Plugins["bad"].Error, test.text)
			require.Empty(t, sum.Plugins["good"].Error)

			v := r.host("validate", "job.hcl").exits(0)
			require.Equal(t, "job.hcl: no mistakes found\n", v.stdout.String())
			if test.early {
				require.Regexp(t, `job\.hcl:\d+:\d+: Warning: `, v.stderr.String())
				require.Contains(t, v.stderr.String(), test.text)
			} else {
				require.Empty(t, v.stderr.String())
			}
		})
	}
}
