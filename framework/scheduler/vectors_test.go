package scheduler_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the outcomes in testdata/differences.json")

const (
	vectorCount     = 157
	differencesFile = "testdata/differences.json"
)

// vector is a recorded scenario.
type vector struct {
	Name       string    `json:"name"`
	Ordered    bool      `json:"ordered"`
	Outcome    outcome   `json:"outcome"`
	Others     []outcome `json:"other_outcomes"`
	Invariants *outcome  `json:"invariants"`
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
	Everywhere []replacement         `json:"everywhere"`
	Differs    map[string]difference `json:"differs"`
	Later      map[string]string     `json:"later"`
}

// difference is a scenario that comes out differently. Rule and Also are
// sentences of what was decided.
type difference struct {
	Rule    string  `json:"rule"`
	Also    string  `json:"also,omitempty"`
	Note    string  `json:"note,omitempty"`
	Outcome outcome `json:"outcome"`
}

// replacement is what is told in other words, whatever the scenario.
type replacement struct {
	Recorded string `json:"recorded"` // a regular expression
	Ours     string `json:"ours"`
	Rule     string `json:"rule"`
	Note     string `json:"note,omitempty"`

	pattern *regexp.Regexp
	used    bool
}

// laterNames are those of scenarios about extensions that have packages and
// tests of their own.
var laterNames = regexp.MustCompile(`^comm_`)

func scenarios() map[string]func(*rig) {
	all := map[string]func(*rig){}
	for _, some := range []map[string]func(*rig){
		emitterScenarios(), optionScenarios(), runScenarios(), stopScenarios(), timeoutScenarios(), taskScenarios(),
		failureScenarios(), mappingScenarios(), callbackFailureScenarios(), cancelScenarios(), emptyScenarios(), limiterScenarios(),
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
	for i := range known.Everywhere {
		r := &known.Everywhere[i]
		r.pattern = regexp.MustCompile(r.Recorded)
		require.NotEmpty(t, r.Rule, r.Recorded)
	}
	all := scenarios()
	ran := 0
	for _, file := range files {
		var v vector
		readJSON(t, file, &v)
		require.Equal(t, strings.TrimSuffix(filepath.Base(file), ".json"), v.Name)
		if reason, later := known.Later[v.Name]; later {
			require.NotEmpty(t, reason)
			require.Regexp(t, laterNames, v.Name, "only scenarios about these extensions may come later")
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
				known.check(t, v, got)
			})
		})
	}
	require.Equal(t, vectorCount, ran+len(known.Later), "entries of later that name no vector")
	require.Len(t, all, ran, "scenarios that have no vector")
	for _, r := range known.Everywhere {
		require.True(t, r.used || *update, "%s stands nowhere: take it out of the list", r.Recorded)
	}
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

// check compares what came out with what was recorded.
func (d *differences) check(t *testing.T, v vector, got outcome) {
	t.Helper()
	recorded := []outcome{d.normalised(v.Outcome)}
	if !v.Ordered {
		for _, o := range v.Others {
			recorded = append(recorded, d.normalised(o))
		}
	}
	listed, differs := d.Differs[v.Name]
	if differs {
		require.NotEmpty(t, listed.Rule, "a difference needs the rule that allows it")
		require.NotContains(t, tellings(t, v, recorded), telling(t, v, got), "%s does not differ any more: take it out of the list", v.Name)
		require.Equal(t, toJSON(t, listed.Outcome), toJSON(t, got))
		return
	}
	if v.Ordered {
		require.Equal(t, telling(t, v, recorded[0]), telling(t, v, got))
		return
	}
	require.Contains(t, tellings(t, v, recorded), telling(t, v, got))
	invariant, compared := d.normalised(*v.Invariants), got
	compared.Trace, compared.Results = nil, nil
	if invariant.SchedulerCounts == nil { // not the same in all recordings
		compared.SchedulerCounts = nil
	}
	require.Equal(t, toJSON(t, invariant), toJSON(t, compared))
}

// telling is everything of an outcome that has to agree, as text: where the
// order is not reproducible, the lines of the trace in an order of their own.
func telling(t *testing.T, v vector, o outcome) string {
	t.Helper()
	if !v.Ordered {
		o.Trace = slices.Sorted(slices.Values(o.Trace))
	}
	return toJSON(t, o)
}

func tellings(t *testing.T, v vector, outcomes []outcome) (out []string) {
	t.Helper()
	for _, o := range outcomes {
		out = append(out, telling(t, v, o))
	}
	return out
}

// normalised turns a recorded outcome into how ours is told.
func (d *differences) normalised(o outcome) outcome {
	text := func(s string) string {
		for i := range d.Everywhere {
			r := &d.Everywhere[i]
			if r.pattern.MatchString(s) {
				r.used = true
				s = r.pattern.ReplaceAllString(s, r.Ours)
			}
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
