package gostats_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/plugins/journal/reader"
)

// watchedBy returns the processes of a host's event plugins, which are the
// host's own program.
func watchedBy(t *testing.T, host int) (pids []int) {
	t.Helper()
	for _, pid := range children(t, host) {
		if exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid)); err == nil && exe == hostProgram {
			pids = append(pids, pid)
		}
	}
	return pids
}

// TestWatchedJob attaches logging, metrics and journal to the example's job and
// kills the process of each while the run goes on. What they keep is the same
// as if nothing had happened.
func TestWatchedJob(t *testing.T) {
	t.Parallel()
	root, files := workOf(t, 60)
	r := newRun(t, "watched.hcl", "--workers", "2", "--var", "listen=:0", "--var", "root="+root)
	require.NoError(t, r.Start())
	victim := 0
	for killed := range 3 {
		// The oldest of the three; those that came for others are younger.
		var pids []int
		require.Eventually(t, func() bool {
			pids = watchedBy(t, r.Process.Pid)
			data, _ := os.ReadFile(r.results)
			return len(pids) == 3 && !slices.Contains(pids, victim) && bytes.Count(data, []byte("\n")) > 100*killed
		}, limit, time.Millisecond, "the run was over before plugin %d could be killed, or one was not replaced", killed+1)
		victim = slices.Min(pids)
		require.NoError(t, syscall.Kill(victim, syscall.SIGKILL))
	}
	r.exits(t, 0, r.Wait())

	results := len(r.lines(t))
	var sum struct {
		Tasks   map[string]struct{ Submitted, Results int }
		Plugins map[string]struct{ Restarts, Missed, Undelivered int }
	}
	data, err := os.ReadFile(r.summary)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &sum))
	require.Len(t, files, results)
	require.Equal(t, results, sum.Tasks["count"].Results)
	require.Equal(t, results, sum.Tasks["count"].Submitted)
	for _, name := range []string{"logging", "metrics", "journal"} {
		require.Equal(t, 1, sum.Plugins[name].Restarts, name)
		require.Zero(t, sum.Plugins[name].Missed+sum.Plugins[name].Undelivered, name)
	}

	t.Run("metrics", func(t *testing.T) {
		data, err := os.ReadFile(filepath.Join(r.Dir, "gostats.prom"))
		require.NoError(t, err)
		for _, line := range []string{
			`signalbox_tasks_submitted_total{run="gostats",task="count"} `,
			`signalbox_tasks_finished_total{outcome="result",run="gostats",task="count"} `,
			`signalbox_task_duration_seconds_count{run="gostats",task="count"} `,
		} {
			_, after, found := strings.Cut(string(data), line)
			require.True(t, found, "%s\n%s", line, data)
			value, _, _ := strings.Cut(after, "\n")
			n, err := strconv.ParseFloat(value, 64)
			require.NoError(t, err)
			require.Equal(t, float64(results), n, line)
		}
	})
	t.Run("journal", func(t *testing.T) {
		j, err := reader.Open(filepath.Join(r.Dir, "gostats.journal"))
		require.NoError(t, err)
		defer j.Close()
		var seq uint64
		states := map[string]map[uint64]int{reader.TypeSubmitted: {}, reader.TypeResult: {}}
		for e, err := range j.Entries() {
			require.NoError(t, err)
			if e.Record() {
				require.Equal(t, seq+1, e.Seq, "%s", e.Line)
				seq = e.Seq
			}
			if futures := states[e.Type]; futures != nil {
				futures[e.Future]++
			}
		}
		for state, futures := range states {
			require.Len(t, futures, results, state)
			for future, n := range futures {
				require.Equal(t, 1, n, "future %d, %s", future, state)
			}
		}
	})
	t.Run("logging", func(t *testing.T) {
		data, err := os.ReadFile(filepath.Join(r.Dir, "gostats.log"))
		require.NoError(t, err)
		logged := map[uint64]bool{} // a line may be there twice: delivery is at least once
		for line := range bytes.Lines(data) {
			var l struct {
				Msg string
				Seq uint64
			}
			require.NoError(t, json.Unmarshal(line, &l), "%s", line)
			if l.Msg == "on_future_result" {
				logged[l.Seq] = true
			}
		}
		require.Len(t, logged, results)
	})
}
