//go:build linux

package process_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// TestNoLedger has peers that keep no ledger: they get one call at a time.
func TestNoLedger(t *testing.T) {
	t.Parallel()
	r := newPeers(t, 2, "one at a time", nil)
	r.begin()
	var futures []*scheduler.Future[int]
	for i := range 300 {
		futures = append(futures, submit(t, r.Scheduler, echo, i))
	}
	for i, f := range futures {
		await(t, f)
		require.NoError(t, f.Err())
		require.Equal(t, i, f.Value())
	}
	r.finish()
	require.Equal(t, scheduler.WorkerCounts{Started: 2}, r.Workers())
}

// TestNoLedgerAndDeath has such a peer die: what it was sent counts as begun,
// and what it was not sent runs elsewhere.
func TestNoLedgerAndDeath(t *testing.T) {
	t.Parallel()
	r := newPeers(t, 1, "dies", onceOnly(t))
	r.begin()
	first := submit(t, r.Scheduler, echo, 1)
	var futures []*scheduler.Future[int]
	for i := range 20 {
		futures = append(futures, submit(t, r.Scheduler, echo, i))
	}
	await(t, first)
	lost := requireLost(t, first.Err(), task.KindWorkerLost)
	require.Equal(t, 9, lost.Exit.Code)
	require.ErrorContains(t, lost, "that was too much")
	for i, f := range futures {
		await(t, f)
		require.NoError(t, f.Err())
		require.Equal(t, i, f.Value())
	}
	r.finish()
}

// TestResultLost kills workers between the end of a task's code and the report
// of its result. There is a race with the report, so it is tried until it is
// seen.
func TestResultLost(t *testing.T) {
	t.Parallel()
	r := newRig(t, 2)
	r.begin()
	seen := 0
	for try := 0; try < 60 && seen < 3; try++ {
		f := submit(t, r.Scheduler, lastWords, 0)
		var others []*scheduler.Future[int]
		for range 5 {
			others = append(others, submit(t, r.Scheduler, pid, 0))
		}
		await(t, f)
		if task.KindOf(f.Err()) == task.KindWorkerLost {
			requireLost(t, f.Err(), task.KindWorkerLost)
			continue // it was for the end of a call before it, seen late
		}
		if f.Err() != nil {
			lost := requireLost(t, f.Err(), task.KindResultLost)
			require.ErrorContains(t, lost, "after it had run task last-words and before it told the result")
			require.ErrorContains(t, lost, "result-lost: worker ")
			require.Equal(t, lost.Worker, f.Worker())
			seen++
		}
		for _, f := range others {
			await(t, f)
			if f.Err() != nil { // it was done when its worker died
				requireLost(t, f.Err(), task.KindOf(f.Err()))
			}
		}
	}
	require.Positive(t, seen, "no result was lost")
	r.finish()
}
