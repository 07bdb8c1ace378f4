//go:build linux

package process_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// TestMaxTasksPerProcess has processes replaced when they have run their number
// of calls, each at another one.
func TestMaxTasksPerProcess(t *testing.T) {
	t.Parallel()
	const most, calls = 20, 300
	r := newRig(t, 1, process.MaxTasksPerProcess(most))
	r.begin()
	var futures []*scheduler.Future[int]
	for range calls {
		futures = append(futures, submit(t, r.Scheduler, pid, 0))
	}
	ran := map[any]int{}
	for _, f := range futures {
		await(t, f)
		require.NoError(t, f.Err())
		ran[f.Value()]++
	}
	r.finish()
	counts := map[int]bool{}
	for _, n := range ran {
		require.LessOrEqual(t, n, most)
		counts[n] = true
	}
	require.GreaterOrEqual(t, len(ran), calls/most)
	require.Greater(t, len(counts), 2, "all have the same number: %v", ran)
	require.Zero(t, r.Workers().Lost)
}

// TestReplacementComesFirst has the only worker's process run its last call for
// long: others run meanwhile.
func TestReplacementComesFirst(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1, process.MaxTasksPerProcess(1))
	r.begin()
	d := newDoor(t)
	long := submit(t, r.Scheduler, holdTask, place{Socket: d.path})
	g := d.guest()
	seen := map[int]bool{g.pid: true}
	for range 5 {
		other, err := get(t, r.Scheduler, pid, 0)
		require.NoError(t, err)
		require.False(t, seen[other], "a process has run a second call")
		seen[other] = true
	}
	require.Equal(t, scheduler.Running, long.State())
	g.letGo()
	await(t, long)
	require.NoError(t, long.Err())
	r.finish()
	require.Zero(t, r.Workers().Lost)
}

// TestTheLastCallOfAProcess can be cancelled, and can crash, like any other.
func TestTheLastCallOfAProcess(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1, process.MaxTasksPerProcess(1))
	r.begin()
	d := newDoor(t)
	cancelled := submit(t, r.Scheduler, holdTask, place{Socket: d.path})
	d.guest()
	crashes := submit(t, r.Scheduler, holdTask, place{Socket: d.path})
	g := d.guest()
	after := submit(t, r.Scheduler, pid, 0)
	require.True(t, cancelled.Cancel(errEnough))
	requireCancelled(t, cancelled)
	g.signal(9)
	await(t, crashes)
	requireLost(t, crashes.Err(), "worker-lost")
	await(t, after)
	require.NoError(t, after.Err())
	r.finish()
}

// TestKillWhileReplaced ends a run while processes are being replaced.
func TestKillWhileReplaced(t *testing.T) {
	t.Parallel()
	for range 5 {
		r := newRig(t, 2, process.MaxTasksPerProcess(1))
		r.begin()
		var futures []*scheduler.Future[int]
		for range 20 {
			futures = append(futures, submit(t, r.Scheduler, pid, 0))
		}
		await(t, futures[3])
		r.Kill("enough", nil)
		r.finish()
	}
}

// TestProcessesThatCannotBeReplaced go on.
func TestProcessesThatCannotBeReplaced(t *testing.T) {
	t.Parallel()
	p := newExecutable(t)
	p.install("echo", "")
	r := p.rig(process.MaxTasksPerProcess(2))
	r.begin()
	require.NoError(t, os.Remove(p.path))
	for i := range 6 {
		out, err := get(t, r.Scheduler, echo, i)
		require.NoError(t, err)
		require.Equal(t, i, out)
	}
	r.finish()
	require.Equal(t, scheduler.WorkerCounts{Started: 1}, r.Workers())
	require.Contains(t, r.logs.text(), "ERROR worker not replaced")
	require.Contains(t, r.logs.text(), "ERROR a worker that is due for replacement goes on")
}

func TestMaxRSS(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1, process.MaxRSS(150<<20))
	r.begin()
	ran := map[int]int{}
	for range 30 {
		pid, err := get(t, r.Scheduler, retain, 20<<20)
		require.NoError(t, err)
		ran[pid]++
		time.Sleep(60 * time.Millisecond) // not synchronisation: what is known of memory grows old
	}
	r.finish()
	require.Greater(t, len(ran), 1, "nothing was replaced")
	require.Zero(t, r.Workers().Lost)
}

func TestThreads(t *testing.T) {
	t.Parallel()
	const workers = 2
	share := max(1, runtime.GOMAXPROCS(0)/workers)
	for name, c := range map[string]struct {
		opts     []process.Option
		goes, of int
	}{
		"default":        {nil, share, share},
		"asked for":      {[]process.Option{process.Threads(3)}, 3, 3},
		"env's last say": {[]process.Option{process.Threads(3), process.Env(map[string]string{"GOMAXPROCS": "2"})}, 2, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, workers, c.opts...)
			r.begin()
			got, err := get(t, r.Scheduler, surroundings, 0)
			require.NoError(t, err)
			for name, n := range map[string]int{"GOMAXPROCS": c.goes, "OMP_NUM_THREADS": c.of, "OPENBLAS_NUM_THREADS": c.of, "MKL_NUM_THREADS": c.of} {
				require.Contains(t, got.Env, fmt.Sprintf("%s=%d", name, n))
			}
			r.finish()
		})
	}
}

func TestNice(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1, process.Nice(7))
	r.begin()
	pid, err := get(t, r.Scheduler, pid, 0)
	require.NoError(t, err)
	threads, err := filepath.Glob(filepath.Join("/proc", strconv.Itoa(pid), "task/*/stat"))
	require.NoError(t, err)
	require.Greater(t, len(threads), 1)
	for _, path := range threads {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue // the thread has ended
		}
		fields := strings.Fields(string(stat[slices.Index(stat, ')')+1:]))
		require.Equal(t, "7", fields[16], path)
	}
	r.finish()
}
