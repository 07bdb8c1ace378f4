package main

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/job"
	"github.com/signalbox-go/signalbox/plugins/journal/reader"
)

// journaled is a rig with the journal of a run that had failures and a lost
// worker.
func journaled(t *testing.T) *rig {
	t.Helper()
	r := newRig(t)
	data, err := os.ReadFile("testdata/journal/nightly.jsonl")
	require.NoError(t, err)
	r.write("nightly.jsonl", string(data))
	return r
}

func TestJournalIsShown(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"show":             {"show", "nightly.jsonl"},
		"show task":        {"show", "nightly.jsonl", "--task", "die", "--task", "fail", "--event", "submitted"},
		"show event":       {"show", "nightly.jsonl", "--event", "on_f*", "--event", "worker"},
		"show future":      {"show", "nightly.jsonl", "--future", "2"},
		"show failed":      {"show", "nightly.jsonl", "--failed"},
		"show json lines":  {"show", "nightly.jsonl", "--future", "9", "-o", "jsonl"},
		"stats":            {"stats", "nightly.jsonl"},
		"stats json":       {"stats", "nightly.jsonl", "-o", "json"},
		"tail":             {"tail", "nightly.jsonl"},
		"tail two lines":   {"tail", "-n", "2", "-f", "nightly.jsonl"},
		"tail of no lines": {"tail", "-n", "0", "-f", "nightly.jsonl"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := journaled(t).host(append([]string{"journal"}, args...)...).exits(0)
			require.Empty(t, c.stderr.String())
			golden(t, "journal/"+strings.ReplaceAll(name, " ", "_"), c.stdout.String())
		})
	}
}

func TestFaultJournalOfACrash(t *testing.T) {
	t.Parallel()
	r := journaled(t)
	whole := r.read("nightly.jsonl")
	r.write("nightly.jsonl", whole[:len(whole)/2])
	c := r.host("journal", "stats", "nightly.jsonl").exits(0)
	require.Contains(t, c.stdout.String(), "no summary: the run goes on, or its host was killed; ")
	require.Regexp(t, `^host: nightly.jsonl: the last \d+ bytes are no whole line and were left out: the journal is being written, or its writer was killed\n$`, c.stderr.String())

	r.write("nightly.jsonl", strings.Replace(whole, `"type":"io`, `"type:"io`, 7)+"more\n")
	c = r.host("journal", "show", "nightly.jsonl").exits(2)
	require.Regexp(t, `^host: nightly.jsonl:1: this is no line of a journal: invalid character .*\n$`, c.stderr.String())
}

func TestMistakesOfJournalCommands(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"no command":      {},
		"unknown":         {"shwo"},
		"no file":         {"stats"},
		"two files":       {"tail", "a", "b"},
		"missing file":    {"show", "absent.jsonl"},
		"folder":          {"show", "."},
		"device":          {"show", "/dev/zero"},
		"no journal":      {"stats", "job.hcl"},
		"not for tail":    {"tail", "job.hcl"},
		"empty file":      {"tail", "-f", "-n", "-1", "empty"},
		"output":          {"show", "empty", "-o", "xml"},
		"output of stats": {"stats", "empty", "-o", "text"},
		"pattern":         {"show", "empty", "--event", "["},
		"future":          {"show", "empty", "--future", "x"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.write("job.hcl", "task \"x\" {}\n")
			r.write("empty", "")
			c := r.host(append([]string{"journal"}, args...)...).exits(2)
			require.Empty(t, c.stdout.String())
			golden(t, "journal/mistakes/"+strings.ReplaceAll(name, " ", "_"), c.told())
		})
	}
	t.Run("nothing in it", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		r.write("empty", "")
		for _, args := range [][]string{{"show", "empty"}, {"stats", "empty"}, {"tail", "empty"}} {
			c := r.host(append([]string{"journal"}, args...)...).exits(0)
			require.Empty(t, c.stdout.String()+c.stderr.String())
		}
		require.JSONEq(t, `{"runs": []}`, r.host("journal", "stats", "empty", "-o", "json").exits(0).stdout.String())
	})
}

// TestJournalOfAJob has the bundled plugin write a job's journal, and the
// commands tell what its summary tells.
func TestJournalOfAJob(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.job(tasksPlugin + submitOne("double", "21") + submitOne("fail", `"no"`) + submitOne("die", "3") + `
attach "journal" {
  config {
    file     = "journal.jsonl"
    payloads = true
    compress = true
    sync     = "0s"
  }
}
`).exits(1)
	var sum job.Summary
	require.NoError(t, json.Unmarshal([]byte(r.read("summary.json")), &sum))
	require.Equal(t, sum.Plugins["journal"].Emitted, sum.Plugins["journal"].Acknowledged)

	var out struct {
		Runs []struct {
			Name    string                `json:"name"`
			Records uint64                `json:"records"`
			Tasks   map[string]taskCounts `json:"tasks"`
			Events  map[string]int        `json:"events"`
			Workers struct {
				Lost []struct{ Error string } `json:"lost"`
			} `json:"workers"`
			Summary reader.Summary `json:"summary"`
		} `json:"runs"`
	}
	require.NoError(t, json.Unmarshal([]byte(r.host("journal", "stats", "journal.jsonl", "-o", "json").exits(0).stdout.String()), &out))
	require.Len(t, out.Runs, 1)
	run := out.Runs[0]
	require.Equal(t, "job", run.Name)
	require.Equal(t, sum.Plugins["journal"].Emitted, run.Records)
	require.Equal(t, run.Records, run.Summary.Records)
	require.Equal(t, map[string]taskCounts{"double": {1, 1, 0}, "fail": {1, 0, 1}, "die": {1, 0, 1}}, run.Tasks)
	for event, n := range sum.Events {
		require.EqualValues(t, n, run.Events[event], event)
	}
	require.Len(t, run.Workers.Lost, 1)

	text := r.host("journal", "show", "journal.jsonl", "--future", "1").exits(0).stdout.String()
	require.Regexp(t, `^\S+Z +\d+ submitted double 1: 21\n\S+Z +\d+ result    double 1, worker 0, .*: 42\n$`, text)
}

type taskCounts struct {
	Submitted  int `json:"submitted"`
	Results    int `json:"results"`
	Exceptions int `json:"exceptions"`
}

func TestMistakesOfJournal(t *testing.T) {
	t.Parallel()
	for attribute, text := range map[string]string{
		`payloads = true`:                         "file",
		"file = \"absent/journal.jsonl\"":         "configuration: file: it cannot be written: open absent/journal.jsonl: no such file or directory",
		"file = \"job.hcl\"":                      "configuration: file: job.hcl cannot be gone on with: this is no line of a journal",
		"file = \"j\"\n    max_backups = 3":       "configuration: max_backups: there are none without max_size_mib",
		"file = \"j\"\n    sync        = \"-1s\"": "configuration: sync: -1s is out of range: it must not be negative",
	} {
		t.Run(strconv.Quote(attribute), func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			c := r.job(tasksPlugin + submitOne("double", "1") + "attach \"journal\" {\n  config {\n    " + attribute + "\n  }\n}\n").exits(2)
			require.Contains(t, c.stderr.String(), text)
			require.Contains(t, c.stderr.String(), "job.hcl:1")
			require.NotContains(t, c.stdout.String(), "on_start")
		})
	}
}
