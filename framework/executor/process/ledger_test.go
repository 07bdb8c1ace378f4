//go:build linux

package process_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/framework/wire/ledger"
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

// TestFaultResultLost kills workers between the end of a task's code and the report
// of its result, which is too large for the ledger. There is a race with the
// report, so it is tried until it is seen.
func TestFaultResultLost(t *testing.T) {
	t.Parallel()
	r := newRig(t, 2, process.Threads(2)) // one of them watches for the end
	r.begin()
	seen := 0
	for try := 0; try < 60 && seen < 3; try++ {
		f := submit(t, r.Scheduler, lastWords, 2*ledger.MaxKept)
		await(t, f)
		if f.Err() == nil {
			continue // it was told
		}
		lost := requireLost(t, f.Err(), task.KindResultLost)
		require.ErrorContains(t, lost, "after it had run task last-words and before it told the result")
		require.ErrorContains(t, lost, "result-lost: worker ")
		require.Equal(t, lost.Worker, f.Worker())
		seen++
	}
	require.Positive(t, seen, "no result was lost")
	r.finish()
}

// TestResultsOutliveTheirWorker kills workers at the same moment, with results
// that the ledger has room for.
func TestResultsOutliveTheirWorker(t *testing.T) {
	t.Parallel()
	const bytes = 1000
	r := newRig(t, 2, process.Threads(2))
	r.begin()
	for range 20 {
		f := submit(t, r.Scheduler, lastWords, bytes)
		await(t, f)
		require.NoError(t, f.Err())
		require.Len(t, f.Value(), bytes)
		require.GreaterOrEqual(t, f.Worker(), 0)
	}
	r.finish()
	require.Positive(t, r.Workers().Lost)
}

// TestDeathTakesNoResults has a call end its process in the midst of many others
// that were sent with it: all that came before have ended as they would have, and
// those behind it run elsewhere.
func TestDeathTakesNoResults(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	r.begin()
	_, err := get(t, r.Scheduler, inc, 1) // so that it is known how short they are
	require.NoError(t, err)
	r.Pause()
	var futures []*scheduler.Future[int]
	for i := range 300 {
		if i%100 == 60 {
			futures = append(futures, submit(t, r.Scheduler, silentDeath, 3))
			continue
		}
		if i%10 == 7 {
			futures = append(futures, submit(t, r.Scheduler, longError, 3))
			continue
		}
		futures = append(futures, submit(t, r.Scheduler, inc, i))
	}
	r.Resume()
	for i, f := range futures {
		await(t, f)
		switch {
		case i%100 == 60:
			requireLost(t, f.Err(), task.KindWorkerLost)
		case i%10 == 7:
			require.ErrorContains(t, f.Err(), "outer: xxx")
		default:
			require.NoError(t, f.Err(), "%d", i)
			require.Equal(t, i+1, f.Value())
		}
	}
	r.finish()
	require.EqualValues(t, 3, r.Workers().Lost)
}
