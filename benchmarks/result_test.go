package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestResults(t *testing.T) {
	rate := &probe{name: "rate", unit: "tasks/s"}
	peer := &probe{name: "peer", unit: "tasks/s", noted: 100}
	time := &probe{name: "time", unit: "µs", lower: true}
	call := &probe{name: "call", unit: "µs", lower: true, noted: 100}
	absent := &probe{name: "absent", unit: "µs"}

	judge := func(r row, ours, peers float64) result {
		m := measured{r.ours: {ours / 2, ours, ours, ours * 9, ours}}
		if r.peer != nil {
			m[r.peer] = []float64{peers}
		}
		all := group{"g", []row{r, {"left out", r.ours, "", absent, 1, 1}}}.results(m)
		require.Len(t, all, 1)
		return all[0]
	}
	against := func(ours, peer *probe) row { return row{"r", ours, "the peer", peer, 2, 4} }

	require.Equal(t, "below its bar", judge(against(rate, peer), 199, 100).verdict())
	require.Equal(t, "ok", judge(against(rate, peer), 200, 100).verdict())
	require.Equal(t, "at its goal", judge(against(rate, peer), 400, 100).verdict())
	require.Equal(t, "ok", judge(row{"r", time, "", nil, 2, 1}, 1.5, 0).verdict())
	require.Equal(t, "below its bar", judge(row{"r", time, "", nil, 2, 1}, 2.5, 0).verdict())
	require.Equal(t, "", judge(row{"r", rate, "the peer", peer, 0, 0}, 1, 100).verdict())

	// A peer that is more than 20 % worse than noted proves nothing.
	require.Equal(t, "ok", judge(against(rate, peer), 200, 80).verdict())
	void := judge(against(rate, peer), 200, 79)
	require.Equal(t, "void: 100 tasks/s are noted for the peer", void.verdict())
	require.False(t, void.OK)
	require.Empty(t, judge(row{"r", time, "the peer", call, 1, 1}, 50, 125).Void)
	require.NotEmpty(t, judge(row{"r", time, "the peer", call, 1, 1}, 50, 126).Void)

	var table bytes.Buffer
	printRow(&table, judge(against(rate, peer), 1234567, 100))
	require.Regexp(t, `^r +1,234,567 +the peer +100 +tasks/s +12,346 +2.00 +4.00 +at its goal\n$`, table.String())
	require.Equal(t, "1 of 2 rows are at their bar",
		summary([]result{judge(against(rate, peer), 1234567, 100), void, judge(row{"r", rate, "the peer", peer, 0, 0}, 1, 100)}))

	path := filepath.Join(t.TempDir(), "bench.json")
	require.NoError(t, writeJSON(path, []result{judge(against(rate, peer), 200, 100)}))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var rows []map[string]any
	require.NoError(t, json.Unmarshal(text, &rows))
	require.Equal(t, []map[string]any{{"row": "r", "ours": 200.0, "peer": 100.0, "peer_name": "the peer",
		"unit": "tasks/s", "ratio": 2.0, "bar": 2.0, "goal": 4.0, "ok": true, "lower": false}}, rows)
}
