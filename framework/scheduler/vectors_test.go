package scheduler_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the outcomes in testdata/differences.json")

const (
	vectorCount     = 161
	differencesFile = "testdata/differences.json"
)

// vector is a recorded scenario.
type vector struct {
	Name       string   `json:"name"`
	Ordered    bool     `json:"ordered"`
	Outcome    outcome  `json:"outcome"`
	Invariants *outcome `json:"invariants"`
}

// outcome is everything that is compared.
type outcome struct {
	Trace           []string                     `json:"trace,omitempty"`
	Exits           []exitRecord                 `json:"exits,omitempty"`
	EmitterCounts   map[string]uint64            `json:"emitter_event_counts,omitempty"`
	SchedulerCounts map[string]uint64            `json:"scheduler_event_counts,omitempty"`
	SchedulerQueue  int                          `json:"scheduler_queue_len_after"`
	TaskCounts      map[string]map[string]uint64 `json:"task_event_counts,omitempty"`
	TaskQueue       map[string]int               `json:"task_queue_len_after,omitempty"`
	Results         map[string]any               `json:"results,omitempty"`
}

type exitRecord struct {
	Code         string  `json:"code,omitempty"`
	Raised       string  `json:"raised,omitempty"`
	Exception    *string `json:"exception,omitempty"`
	RunningAfter bool    `json:"running_after"`
}

// differences is what testdata/differences.json holds.
type differences struct {
	Differs map[string]difference `json:"differs"`
	Later   map[string]string     `json:"later"`
}

type difference struct {
	Rule    string  `json:"rule"`
	Note    string  `json:"note,omitempty"`
	Outcome outcome `json:"outcome"`
}

func scenarios() map[string]func(*rig) {
	all := map[string]func(*rig){}
	for _, some := range []map[string]func(*rig){
		emitterScenarios(), optionScenarios(), runScenarios(), stopScenarios(), timeoutScenarios(), taskScenarios(),
		failureScenarios(), mappingScenarios(), callbackFailureScenarios(), cancelScenarios(), emptyScenarios(),
	} {
		for name, run := range some {
			all[name] = run
		}
	}
	return all
}

// TestVectors runs every recorded scenario.
func TestVectors(t *testing.T) {
	files, err := filepath.Glob("testdata/vectors/*.json")
	require.NoError(t, err)
	require.Len(t, files, vectorCount)

	var known differences
	readJSON(t, differencesFile, &known)
	all := scenarios()
	ran := 0
	for _, file := range files {
		var v vector
		readJSON(t, file, &v)
		require.Equal(t, strings.TrimSuffix(filepath.Base(file), ".json"), v.Name)
		if reason, later := known.Later[v.Name]; later {
			require.NotEmpty(t, reason)
			require.NotContains(t, all, v.Name, "it is run: take it out of the list of what comes later")
			continue
		}
		run := all[v.Name]
		require.NotNil(t, run, "%s is neither run nor listed", v.Name)
		ran++
		t.Run(v.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				run(r)
				got := r.outcome()
				if d, ok := known.Differs[v.Name]; ok && *update {
					d.Outcome = got
					known.Differs[v.Name] = d
					return
				}
				checkOutcome(t, v, got, known.Differs)
			})
		})
	}
	require.Equal(t, vectorCount, ran+len(known.Later), "entries of later that name no vector")
	require.Len(t, all, ran, "scenarios that have no vector")
	for name := range known.Differs {
		require.Contains(t, all, name, "an entry that names no scenario")
	}
	if *update {
		var text strings.Builder
		enc := json.NewEncoder(&text)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", " ")
		require.NoError(t, enc.Encode(known))
		require.NoError(t, os.WriteFile(differencesFile, []byte(text.String()), 0o644))
	}
}

func checkOutcome(t *testing.T, v vector, got outcome, differs map[string]difference) {
	t.Helper()
	recorded := v.Outcome
	compared := got
	if !v.Ordered {
		recorded = *v.Invariants
		compared.Trace, compared.Results = nil, nil
		if recorded.SchedulerCounts == nil { // not the same in all recordings
			compared.SchedulerCounts = nil
		}
	}
	want := toJSON(t, normalised(recorded))
	d, listed := differs[v.Name]
	if !listed {
		require.Equal(t, want, toJSON(t, compared))
		return
	}
	require.NotEmpty(t, d.Rule, "a difference needs the rule that allows it")
	require.NotEqual(t, want, toJSON(t, compared), "%s does not differ any more: take it out of the list", v.Name)
	require.Equal(t, toJSON(t, d.Outcome), toJSON(t, got))
}

// Python's words for what Go says differently, whatever the scenario.
var (
	taskEvent   = regexp.MustCompile(`^(emit \S+ on)-`)
	stopMessage = regexp.MustCompile(`^call (on_stop|cb)\(['"].*['"], (None|[A-Z]\w*\(.*\))\)$`)
	ownMessage  = regexp.MustCompile(`^call on_stop\('(m|bye|first)', `)
	ofCancelled = regexp.MustCompile(`CancelledError\(Future <Future cancelled> was cancelled\)`)
	notRunning  = regexp.MustCompile(`SchedulerNotRunningError(\(\.\.\.\))?`)
	running     = regexp.MustCompile(`RuntimeError\(Scheduler already seems to be running\)`)
)

// normalised turns a recorded outcome into how ours is told.
func normalised(o outcome) outcome {
	text := func(s string) string {
		s = taskEvent.ReplaceAllString(s, "${1}_")
		if !ownMessage.MatchString(s) {
			s = stopMessage.ReplaceAllString(s, "call $1(<default>, $2)")
		}
		s = ofCancelled.ReplaceAllString(s, "CancelledError")
		s = notRunning.ReplaceAllString(s, "not running")
		s = running.ReplaceAllString(s, "already running")
		switch s {
		case "inner run: raised RuntimeError":
			return "inner run: raised already running"
		case "call_later: raised RuntimeError":
			return "call_later: raised not running"
		case "typo: raised EventNotKnownError":
			return "typo: raised unknown event"
		}
		return s
	}
	for i, line := range o.Trace {
		o.Trace[i] = text(line)
	}
	for i, e := range o.Exits {
		o.Exits[i].Raised = text(e.Raised)
		if e.Exception != nil {
			shown := text(*e.Exception)
			o.Exits[i].Exception = &shown
		}
	}
	for label, counts := range o.TaskCounts {
		renamed := map[string]uint64{}
		for name, n := range counts {
			renamed[strings.Replace(name, "on-", "on_", 1)] = n
		}
		o.TaskCounts[label] = renamed
	}
	return o
}

func readJSON(t *testing.T, path string, into any) {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, into))
}

func toJSON(t *testing.T, v any) string {
	t.Helper()
	data, err := json.MarshalIndent(v, "", " ")
	require.NoError(t, err)
	return string(data)
}
