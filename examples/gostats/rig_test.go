package gostats_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/examples/gostats/analysis"
)

// limit is how long one run of the host may take.
const limit = 2 * time.Minute

// jobRun is one run of the host, with what it leaves.
type jobRun struct {
	*exec.Cmd
	stdout, stderr   bytes.Buffer
	results, summary string // paths
}

// newRun prepares a run of a job file in a folder of its own.
func newRun(t *testing.T, jobFile string, args ...string) *jobRun {
	t.Helper()
	folder := t.TempDir()
	jobFile, err := filepath.Abs(jobFile)
	require.NoError(t, err)
	r := &jobRun{results: filepath.Join(folder, "gostats.jsonl"), summary: filepath.Join(folder, "summary.json")}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	r.Cmd = exec.CommandContext(ctx, hostProgram, append([]string{"run", jobFile, "--summary", r.summary}, args...)...)
	r.Dir, r.Stdout, r.Stderr = folder, &r.stdout, &r.stderr
	return r
}

// exits waits for the end of a run and requires its exit code.
func (r *jobRun) exits(t *testing.T, code int, err error) {
	t.Helper()
	if err != nil {
		var ended *exec.ExitError
		require.ErrorAs(t, err, &ended)
	}
	require.Equal(t, code, r.ProcessState.ExitCode(), "%v\n%s%s", err, &r.stdout, &r.stderr)
}

// line is one line of the results.
type line struct {
	Task      string          `json:"task"`
	Input     analysis.Input  `json:"input"`
	Result    *analysis.Stats `json:"result"`
	Error     string          `json:"error"`
	Cancelled bool            `json:"cancelled"`
}

// lines returns the results sorted, each file exactly once.
func (r *jobRun) lines(t *testing.T) (lines []line) {
	t.Helper()
	data, err := os.ReadFile(r.results)
	require.NoError(t, err)
	seen := map[string]bool{}
	for text := range strings.Lines(string(data)) {
		var l line
		d := json.NewDecoder(strings.NewReader(text))
		d.DisallowUnknownFields()
		require.NoError(t, d.Decode(&l), "%s", text)
		require.Equal(t, "count", l.Task)
		require.False(t, seen[l.Input.Path], "%s has two lines", l.Input.Path)
		require.NotEqual(t, l.Result == nil, l.Error == "", "either a result or an error: %s", text)
		seen[l.Input.Path] = true
		lines = append(lines, l)
	}
	slices.SortFunc(lines, func(a, b line) int { return strings.Compare(a.Input.Path, b.Input.Path) })
	return lines
}

func paths(lines []line) (paths []string) {
	for _, l := range lines {
		paths = append(paths, l.Input.Path)
	}
	return paths
}

// counts is what these tests read of a summary.
type counts struct {
	Exit     string `json:"exit"`
	ExitCode int    `json:"exit_code"`
	Tasks    map[string]struct {
		Submitted, Results, Exceptions, Cancelled, Refused int
	} `json:"tasks"`
	Workers struct{ Started, Lost int } `json:"workers"`
}

func (r *jobRun) counts(t *testing.T) (c counts) {
	t.Helper()
	data, err := os.ReadFile(r.summary)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &c))
	return c
}
