package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestStandardErrorIsRecords is over all that the host may say there by itself.
func TestStandardErrorIsRecords(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		job  string
		args []string
		code int
		want map[string]any // of the last record
	}{
		"usage": {doubleOne, []string{"--var", "x"}, 2,
			map[string]any{"level": "ERROR", "msg": `--var "x": it must be NAME=VALUE`, "hint": "See 'host run --help'."}},
		"no such file": {doubleOne, []string{"absent.hcl"}, 2, map[string]any{"msg": "one job file is needed, not 2 arguments"}},
		"log level":    {doubleOne, []string{"--log-level", "loud"}, 2, map[string]any{"level": "ERROR", "msg": `--log-level "loud": it must be debug, info, warn or error`}},
		"mistakes": {tasksPlugin + "on \"strat\" {\n  log = 1\n}\ntask \"double\" { code = uper(\"x\") }\n", nil, 2,
			map[string]any{"level": "ERROR", "msg": "Unknown function", "at": "job.hcl:9:24", "detail": `There is no function "uper"; did you mean "upper"?`}},
		"given": {tasksPlugin, []string{"--var", "x=1"}, 2,
			map[string]any{"level": "ERROR", "msg": "Unknown variable", "detail": `The job file has no variable "x".`}},
		"start": {`plugin "p" { source = "./loader" }` + doubleOne, nil, 2,
			map[string]any{"level": "ERROR", "msg": "Plugin cannot be started", "at": "job.hcl:1:23"}},
		"report": {tasksPlugin + doubleOne, []string{"--summary", "-"}, 0, map[string]any{"level": "INFO", "msg": "report"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.write("job.hcl", test.job)
			c := r.host(append([]string{"run", "job.hcl", "--log-format", "json"}, test.args...)...).exits(test.code)
			records := c.logged()
			require.NotEmpty(t, records)
			last := records[len(records)-1]
			for key, want := range test.want {
				require.Equal(t, want, last[key], "%v", last)
			}
			if name == "report" {
				require.Contains(t, last["text"], "Scheduler job")
				require.True(t, json.Valid([]byte(c.stdout.String())))
			} else {
				require.Empty(t, c.stdout.String())
			}
		})
	}
}

// TestFailedStartKeepsWhatTheLastRunWrote is over the results and the summary.
func TestFailedStartKeepsWhatTheLastRunWrote(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.job(tasksPlugin + submitOne("double", "1") + `output { path = "out.jsonl" }`).exits(0)
	results, summary := r.read("out.jsonl"), r.read("summary.json")
	require.NotEmpty(t, results)

	r.job(`plugin "p" { source = "./loader" }` + submitOne("double", "2") + `output { path = "out.jsonl" }`).exits(2)
	require.Equal(t, results, r.read("out.jsonl"))
	require.Equal(t, summary, r.read("summary.json"))

	r.write("summary.json", strings.Repeat("longer than a summary\n", 1000))
	r.job(tasksPlugin + submitOne("double", "3") + `output { path = "out.jsonl" }`).exits(0)
	require.Equal(t, 1, r.summary().Tasks["double"].Results, "nothing is left of what was longer")
	require.Len(t, r.lines("out.jsonl"), 1)
}

// TestPluginsAreNotOverwritten is over a copy, since acts are links to the
// running test.
func TestPluginsAreNotOverwritten(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const script = "#!/bin/sh\nexit 1\n"
	require.NoError(t, os.WriteFile(r.path("mine"), []byte(script), 0o777))
	require.NoError(t, os.Mkdir(r.path("folder"), 0o777))
	const source = "package main\n\nfunc main() {}\n"
	r.write("folder/main.go", source)
	blocks := "plugin \"p\" { source = \"./mine\" }\nplugin \"q\" { source = \"./folder\" }\n"

	for path, what := range map[string]string{"mine": `the executable of plugin "p"`, "folder/main.go": `source of plugin "q"`} {
		r.write("job.hcl", blocks)
		c := r.host("run", "job.hcl", "--summary", path).exits(2)
		require.Contains(t, c.stderr.String(), `host: --summary "`+path+`": this is `+what+": choose another path\n")
		r.write("job.hcl", blocks+`output { path = "`+path+`" }`)
		c = r.host("run", "job.hcl").exits(2)
		require.Contains(t, c.stderr.String(), "    this is "+what+": choose another path.\n")
	}
	require.Equal(t, script, r.read("mine"))
	require.Equal(t, source, r.read("folder/main.go"))
}

func TestNoWorkersMeansOnePerCPU(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	many := strings.Replace(tasksPlugin, "workers = 1", "workers = 40", 1)
	r.job(many+submitOne("double", "1"), "--workers", "0").exits(0)
	require.Equal(t, runtime.GOMAXPROCS(0), r.summary().Workers.Started)
}

// TestMessagesOfUnsetSize sends one that is too large where nothing says how
// large it may be.
func TestMessagesOfUnsetSize(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.job(tasksPlugin + submitOne("blow", "67108863") + `output { path = "out.jsonl" }`).exits(1)
	require.Contains(t, r.lines("out.jsonl")[0].Error, "the output has 67108865 bytes; a message may have 67108864 ")
}

// TestInspectBuildsAFolder is over a Go main package.
func TestInspectBuildsAFolder(t *testing.T) {
	t.Parallel()
	folder, err := filepath.Abs("../../examples/gostats/plugin")
	require.NoError(t, err)
	// The go command does not know what the host builds, but what a test reads.
	for _, source := range []string{folder, folder + "/../analysis"} {
		_, err = os.ReadDir(source)
		require.NoError(t, err)
	}
	r := newRig(t)
	c := r.host("plugin", "inspect", folder).exits(0)
	require.Regexp(t, `^plugin plugin, sdk \S+, protocol 1\n\nTASK +INPUT +OUTPUT +CONTENT TYPE\ncount +analysis\.Input +analysis\.Stats +application/json\n$`, c.stdout.String())

	require.NoError(t, os.Mkdir(r.path("broken"), 0o777))
	r.write("broken/go.mod", "module broken\n")
	r.write("broken/main.go", "package main\n\nfunc main() { undefinedFunction() }\n")
	c = r.host("plugin", "inspect", "broken").exits(2)
	require.Contains(t, c.stderr.String(), "host: "+r.path("broken")+" does not build: ")
	require.Contains(t, c.stderr.String(), "undefined: undefinedFunction")
}
