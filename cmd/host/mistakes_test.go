package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares a text with testdata/name.txt, without what differs from run
// to run.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txt")
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o666))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run the test with -update")
	require.Equal(t, string(want), got)
}

// told is all that a run has printed to stderr, as golden files have it.
func (c *ran) told() string {
	text := c.rig.shown(c.stderr.String())
	for _, r := range []struct{ pattern, with string }{
		{`time=\S+ `, ``},
		{`pid=\d+`, `pid=N`},
		{`\(pid \d+\)`, `(pid N)`},
		{`SHA-256 sum of (\S+) is [0-9a-f]{64}`, `SHA-256 sum of $1 is SUM`},
	} {
		text = regexp.MustCompile(r.pattern).ReplaceAllString(text, r.with)
	}
	return text
}

// usage is wrong usage: nothing of it gets as far as to run anything.
var usage = map[string][]string{
	"no command":           {},
	"unknown command":      {"rnu", "job.hcl"},
	"unknown flag":         {"run", "job.hcl", "--bogus"},
	"unknown flag of root": {"--bogus"},
	"no job file":          {"run"},
	"two job files":        {"run", "job.hcl", "job.hcl"},
	"missing file":         {"run", "absent.hcl"},
	"folder":               {"run", "."},
	"binary file":          {"run", "tasks"},
	"endless file":         {"run", "/dev/zero"},
	"empty file":           {"run", "empty.hcl"},
	"comments only":        {"run", "comments.hcl"},
	"UTF-16":               {"run", "utf16.hcl"},
	"var without value":    {"run", "job.hcl", "--var", "x"},
	"var without name":     {"run", "job.hcl", "--var", "=1"},
	"unknown var":          {"run", "job.hcl", "--var", "tims=2"},
	"var of wrong type":    {"run", "job.hcl", "--var", "times=often"},
	"negative workers":     {"run", "job.hcl", "--workers=-1"},
	"workers no number":    {"run", "job.hcl", "--workers", "many"},
	"log level":            {"run", "job.hcl", "--log-level", "loud"},
	"log format":           {"run", "job.hcl", "--log-format", "xml"},
	"summary in no folder": {"run", "job.hcl", "--summary", "absent/summary.json"},
	"summary is a folder":  {"run", "job.hcl", "--summary", "."},
	"summary is nothing":   {"run", "job.hcl", "--summary", ""},
	"summary is the job":   {"run", "job.hcl", "--summary", "./job.hcl"},
	"summary in results":   {"run", "job.hcl", "--summary", "./out.jsonl"},
	"summary is a plugin":  {"run", "job.hcl", "--summary", "run/../tasks"},
	"help of nothing":      {"help", "bogus"},
	"help of a leaf":       {"help", "version", "bogus"},
	"help of inspekt":      {"help", "plugin", "inspekt"},
	"plugin nothing alike": {"plugin", "frobnicate"},
	"validate nothing":     {"validate"},
	"validate missing":     {"validate", "absent.hcl"},
	"validate unknown var": {"validate", "job.hcl", "--var", "tims=2"},
	"lock nothing":         {"plugin", "lock"},
	"plugin alone":         {"plugin"},
	"plugin unknown":       {"plugin", "inspekt"},
	"nothing alike":        {"frobnicate"},
	"inspect nothing":      {"plugin", "inspect"},
	"inspect two":          {"plugin", "inspect", "tasks", "tasks"},
	"inspect format":       {"plugin", "inspect", "tasks", "-o", "xml"},
	"inspect missing":      {"plugin", "inspect", "absent"},
	"inspect true":         {"plugin", "inspect", "/bin/true"},
	"inspect text":         {"plugin", "inspect", "job.hcl"},
	"inspect folder":       {"plugin", "inspect", "run"},
	"inspect loader":       {"plugin", "inspect", "loader"},
	"inspect future":       {"plugin", "inspect", "future"},
	"version of something": {"version", "x"},
}

func TestWrongUsage(t *testing.T) {
	t.Parallel()
	for name, args := range usage {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.write("job.hcl", tasksPlugin+`
variable "times" { default = 1 }
task "double" {}
on "start" {
  submit "double" { input = var.times }
}
output { path = "out.jsonl" }
`)
			r.write("empty.hcl", "")
			r.write("comments.hcl", "# nothing\n// but\n/* comments */\n")
			r.write("utf16.hcl", "\xff\xfer\x00u\x00n\x00 \x00{\x00}\x00")
			c := r.host(args...).exits(2)
			require.Empty(t, c.stdout.String())
			require.NoFileExists(t, r.path("out.jsonl"), "nothing was run")
			golden(t, "usage/"+strings.ReplaceAll(name, " ", "_"), c.told())
		})
	}
}

const doubleOne = `
task "double" {}
on "start" {
  submit "double" { input = 1 }
}
`

// mistakes are job files that cannot be run. Those that are found before
// anything is run are found by validate as well.
var mistakes = map[string]struct {
	early bool
	job   string
}{
	"plugin missing":        {true, `plugin "p" { source = "./absent" }` + doubleOne},
	"plugin not executable": {true, `plugin "p" { source = "./notes.txt" }` + doubleOne},
	"plugin wrong checksum": {true, "plugin \"p\" {\n  source = \"./tasks\"\n  sha256 = \"" + strings.Repeat("0a", 32) + "\"\n}" + doubleOne},
	"plugin checksum short": {true, "plugin \"p\" {\n  source = \"./tasks\"\n  sha256 = \"0a\"\n}" + doubleOne},
	"plugin folder":         {true, `plugin "p" { source = "./run" }` + doubleOne},
	"plugin is a device":    {true, `plugin "p" { source = "/dev/null" }` + doubleOne},
	"plugin true":           {false, `plugin "p" { source = "/bin/true" }` + doubleOne},
	"plugin script":         {false, `plugin "p" { source = "./hello.sh" }` + doubleOne},
	"plugin no interpreter": {false, `plugin "p" { source = "./python.py" }` + doubleOne},
	"plugin text":           {false, `plugin "p" { source = "./text" }` + doubleOne},
	"plugin other version":  {false, `plugin "p" { source = "./future" }` + doubleOne},
	"plugin net rpc":        {false, `plugin "p" { source = "./netrpc" }` + doubleOne},
	"plugin loader":         {false, `plugin "p" { source = "./loader" }` + doubleOne},
	"plugin silent":         {false, `plugin "p" { source = "./silent" }` + doubleOne},
	"plugin mute":           {false, "plugin \"p\" {\n  source        = \"./mute\"\n  start_timeout = \"2s\"\n}" + doubleOne},
	"plugin set-up":         {false, "plugin \"p\" {\n  source  = \"./licensed\"\n  workers = 1\n}" + doubleOne},
	"plugin no set-up":      {false, "plugin \"p\" {\n  source  = \"./tasks\"\n  workers = 1\n  config {\n    depth = 3\n  }\n}" + doubleOne},
	"two plugins":           {false, "plugin \"p\" { source = \"./loader\" }\nplugin \"q\" { source = \"/bin/true\" }\n" + strings.Replace(doubleOne, "{}", `{ plugin = "p" }`, 1)},
	"one plugin of two":     {false, "plugin \"p\" {\n  source  = \"./tasks\"\n  workers = 1\n}\nplugin \"q\" { source = \"/bin/true\" }\n" + strings.Replace(doubleOne, "{}", `{ plugin = "p" }`, 1)},
	"unknown task":          {false, tasksPlugin + strings.ReplaceAll(doubleOne, "double", "duoble")},
	"unknown code":          {false, tasksPlugin + strings.Replace(doubleOne, "{}", `{ code = "great" }`, 1)},
	"plugin and language":   {true, "plugin \"p\" { source = \"./absent\" }\ntask \"double\" {}\non \"strat\" {\n  submit \"double\" {}\n}\n"},
	"syntax":                {true, "plugin \"p\" {\n  source = \n}\n"},
	"unclosed":              {true, tasksPlugin + "on \"start\" {\n"},
	"unknown argument":      {true, tasksPlugin + "task \"double\" { retries = 3 }\n"},
	"unknown block":         {true, tasksPlugin + "job \"x\" {}\n"},
	"wrong type":            {true, "plugin \"p\" {\n  source  = \"./tasks\"\n  workers = \"two\"\n}\n"},
	"unknown function":      {true, tasksPlugin + "task \"double\" {}\non \"start\" {\n  submit \"double\" { input = uper(\"x\") }\n}\n"},
	"cycle":                 {true, "variable \"a\" { default = var.b }\nvariable \"b\" { default = var.a }\n"},
	"glob without a match":  {true, tasksPlugin + "task \"double\" {}\non \"start\" {\n  submit \"double\" { for_each = glob(\"*.png\") }\n}\n"},
	"every 0":               {true, tasksPlugin + "on \"start\" {\n  every = 0\n  log   = \"x\"\n}\n"},
	"workers -1":            {true, "plugin \"p\" {\n  source  = \"./tasks\"\n  workers = -1\n}\n"},
	"max_message small":     {true, "plugin \"p\" {\n  source      = \"./tasks\"\n  max_message = \"12B\"\n}\n"},
	"duplicate tasks":       {true, tasksPlugin + "task \"double\" {}\ntask \"double\" {}\n"},
	"results in no folder":  {true, tasksPlugin + doubleOne + "output { path = \"absent/out.jsonl\" }\n"},
	"results are a folder":  {true, tasksPlugin + doubleOne + "output { path = \"tmp\" }\n"},
	"results are the job":   {true, tasksPlugin + doubleOne + "output { path = \"./job.hcl\" }\n"},
	"results are a plugin":  {true, tasksPlugin + doubleOne + "output { path = \"tasks\" }\n"},
	"results to stdout":     {true, tasksPlugin + doubleOne + "output { path = \"-\" }\n"},
	"results of nothing":    {false, `plugin "p" { source = "./loader" }` + doubleOne + "output { path = \"out.jsonl\" }\n"},
}

func TestMistakesOfJobs(t *testing.T) {
	t.Parallel()
	for name, test := range mistakes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.write("job.hcl", test.job)
			r.write("notes.txt", "notes\n")
			for name, text := range map[string]string{
				"hello.sh": "#!/bin/sh\necho hello\n", "python.py": "#!/absent/python\n", "text": "no program\n",
			} {
				require.NoError(t, os.WriteFile(r.path(name), []byte(text), 0o777))
			}
			c := r.host("run", "job.hcl", "--summary", "summary.json", "--workers", "1").exits(2)
			require.Equal(t, test.job, r.read("job.hcl"))
			require.NoFileExists(t, r.path("summary.json"))
			require.NoFileExists(t, r.path("out.jsonl"))
			require.Empty(t, c.stdout.String())
			got := c.told()

			v := r.host("validate", "job.hcl")
			if test.early {
				v.exits(2)
				require.Equal(t, got, v.told(), "validate says what run says")
			} else {
				v.exits(0)
				require.Equal(t, "job.hcl: no mistakes found\n", v.stdout.String())
				got += fmt.Sprintln("(validate finds no mistakes)")
			}
			golden(t, "mistakes/"+strings.ReplaceAll(name, " ", "_"), got)
		})
	}
}
