//go:build linux

package faultstest

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/plugins/journal/reader"
)

// ran returns the ids that code has written, in order.
func (h *House) ran() (ids []int) {
	text, err := os.ReadFile(h.Path("ids"))
	if os.IsNotExist(err) {
		return nil
	}
	require.NoError(h, err)
	for line := range strings.Lines(string(text)) {
		id, err := strconv.Atoi(strings.TrimSpace(line))
		require.NoError(h, err)
		ids = append(ids, id)
	}
	return ids
}

// requireOutcomes requires that every call ended once, with an outcome that is
// right, and that its code ran as often as that outcome says.
func (h *House) requireOutcomes() {
	times := map[int]int{}
	for _, id := range h.ran() {
		times[id]++
	}
	h.heard.Lock()
	defer h.heard.Unlock()
	for _, j := range h.jobs {
		f := j.future
		got := outcome(f)
		require.Contains(h, j.wants, got, "call %d of %s ended with: %v", j.id, f.Task(), f.Err())
		if !h.c.Light {
			require.Equal(h, 1, h.counts[f.ID()], "ends of call %d that were told", j.id)
		}
		require.LessOrEqual(h, times[j.id], 1, "the code of call %d ran %d times", j.id, times[j.id])
		if got == Result && h.c.Peer == "" {
			require.Equal(h, 1, times[j.id], "call %d has a result and its code did not run", j.id)
			require.Equal(h, j.id, f.Value(), "the result of call %d", j.id)
		}
	}
	require.True(h, h.c.Light || len(h.counts) == len(h.jobs), "ends were told of %d calls of %d", len(h.counts), len(h.jobs))
}

// tally counts calls by task and what became of them.
type tally map[string]uint64

func (t tally) add(task, what string, n uint64) {
	if n > 0 {
		t[task+" "+what] += n
	}
}

// requireSameCounts requires that all who count have counted the same.
func (h *House) requireSameCounts() {
	ours := tally{}
	for _, j := range h.jobs {
		ours.add(j.future.Task(), "submitted", 1)
		ours.add(j.future.Task(), map[scheduler.State]string{scheduler.Succeeded: "result",
			scheduler.Failed: "exception", scheduler.Cancelled: "cancelled"}[j.future.State()], 1)
	}
	ours.add("misbehave", "submitted", h.extra)
	ours.add("misbehave", "result", h.extra)
	theirs := tally{}
	for _, t := range h.Tasks() {
		s := t.Stats()
		theirs.add(t.Name(), "submitted", s.Submitted)
		theirs.add(t.Name(), "result", s.Results)
		theirs.add(t.Name(), "exception", s.Exceptions)
		theirs.add(t.Name(), "cancelled", s.Cancelled)
	}
	require.Equal(h, ours, theirs, "the scheduler counts otherwise")
	for _, r := range h.hub.Reports() {
		require.NoError(h, r.Err, "%s was lost", r.Name)
	}
	require.Equal(h, ours, h.metrics(), "metrics count otherwise")
	require.Equal(h, ours, h.journal(), "the journal counts otherwise")
}

var sample = regexp.MustCompile(`(?m)^signalbox_tasks_(submitted|finished)_total\{(.*)\} (\S+)$`)

var label = regexp.MustCompile(`(\w+)="([^"]*)"`)

// metrics returns what the textfile of metrics counts.
func (h *House) metrics() tally {
	text, err := os.ReadFile(h.Path("metrics.prom"))
	require.NoError(h, err)
	out := tally{}
	for _, m := range sample.FindAllStringSubmatch(string(text), -1) {
		labels := map[string]string{}
		for _, l := range label.FindAllStringSubmatch(m[2], -1) {
			labels[l[1]] = l[2]
		}
		what := "submitted"
		if m[1] == "finished" {
			what = labels["outcome"]
		}
		n, err := strconv.ParseFloat(m[3], 64)
		require.NoError(h, err)
		out.add(labels["task"], what, uint64(n))
	}
	return out
}

// journal returns what the journal counts, in which each future must be
// submitted and end once, in this order.
func (h *House) journal() tally {
	j, err := reader.Open(h.Path("journal.jsonl"))
	require.NoError(h, err)
	defer j.Close()
	out := tally{}
	open, ended := map[uint64]bool{}, map[uint64]bool{}
	last := uint64(0)
	for e, err := range j.Entries() {
		require.NoError(h, err)
		require.NotEqual(h, reader.TypeGap, e.Type, "%s", e.Line)
		if e.Record() {
			require.Greater(h, e.Seq, last, "numbers of records")
			last = e.Seq
		}
		switch e.Type {
		case reader.TypeSubmitted:
			require.False(h, open[e.Future] || ended[e.Future], "%s", e.Line)
			open[e.Future] = true
		case reader.TypeResult, reader.TypeException, reader.TypeCancelled:
			require.True(h, open[e.Future] && !ended[e.Future], "%s", e.Line)
			ended[e.Future] = true
		default:
			continue
		}
		out.add(e.Task, e.Type, 1)
	}
	require.Zero(h, j.Torn())
	return out
}

// requireNothingLeft requires that all is gone that was not there before.
func (h *House) requireNothingLeft() {
	h.Until("processes are left", func() bool { return len(processes(h.mark)) == 0 })
	h.Until("file descriptors are left", func() bool { return descriptors(h) <= h.before })
	require.NoError(h, goleak.Find(h.routines))
	for _, folder := range []string{"run", "tmp"} {
		entries, err := os.ReadDir(h.Path(folder))
		require.NoError(h, err)
		require.Empty(h, entries, "files are left in %s", folder)
	}
}

// descriptors returns how many file descriptors this process has open.
func descriptors(t T) int {
	entries, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	return len(entries)
}

// processes returns those that carry the mark and are not dead.
func processes(mark string) (pids []int) {
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		// What cannot be read is gone, a zombie or somebody else's.
		env, err := os.ReadFile(filepath.Join("/proc", e.Name(), "environ"))
		if err == nil && slices.Contains(strings.Split(string(env), "\x00"), fmt.Sprintf("%s=%s", markEnv, mark)) {
			pids = append(pids, pid)
		}
	}
	return pids
}
