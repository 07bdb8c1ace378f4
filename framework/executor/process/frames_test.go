//go:build linux

package process_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// burst submits n calls that wait together, and returns what a worker that
// answers at once, saying that each has taken that long, has on its books.
func burst(t *testing.T, n int, elapsed time.Duration) books {
	t.Helper()
	r := newBookkeeper(t, elapsed, "", nil)
	r.begin()
	_, err := get(t, r.Scheduler, echo, 1)
	require.NoError(t, err)
	r.Pause()
	var futures []*scheduler.Future[int]
	for i := range n {
		futures = append(futures, submit(t, r.Scheduler, echo, i))
	}
	r.Resume()
	for i, f := range futures {
		await(t, f)
		require.NoError(t, f.Err())
		require.Equal(t, i, f.Value())
	}
	seen, err := get(t, r.Scheduler, ledgerNow, 0)
	require.NoError(t, err)
	r.finish()
	require.Equal(t, n+2, seen.Calls)
	require.Equal(t, scheduler.WorkerCounts{Started: 1}, r.Workers())
	t.Logf("%d calls of %v: %+v", n, elapsed, seen)
	return seen
}

// TestFramesCarryManyCalls that wait at the same time.
func TestFramesCarryManyCalls(t *testing.T) {
	t.Parallel()
	const calls = 5000
	require.Less(t, burst(t, calls, time.Nanosecond).Frames, calls/100)
}

// TestHeldWorkIsBounded by about 12 ms, besides what runs.
func TestHeldWorkIsBounded(t *testing.T) {
	t.Parallel()
	for elapsed, most := range map[time.Duration]int{
		100 * time.Microsecond: 1 + 120,
		500 * time.Microsecond: 1 + 24,
		3 * time.Millisecond:   1 + 4,
		15 * time.Millisecond:  1,
	} {
		seen := burst(t, 500, elapsed)
		require.LessOrEqual(t, seen.Most, most, "%v", elapsed)
		require.GreaterOrEqual(t, seen.Most, (most+1)/2, "%v", elapsed)
	}
}
