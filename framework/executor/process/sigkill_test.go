//go:build linux

package process_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// TestFaultThreeHundredSIGKILLs kills workers under load, at times that depend on a
// seed. Every call's code writes its id to a file before all else, which is
// held against what the futures say. Nothing runs beside this test, as it
// counts file descriptors.
func TestFaultThreeHundredSIGKILLs(t *testing.T) {
	const (
		kills   = 300
		workers = 10
		flight  = 400
		seed    = 20240817
	)
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	path := filepath.Join(tempDir(t), "journal")
	unused := descriptors(t)
	r, w := newWatched(t, workers)
	r.begin()
	fresh := descriptors(t)
	require.Greater(t, fresh, unused)

	var futures []*scheduler.Future[int]
	tick := time.NewTimer(0)
	defer tick.Stop()
	began := time.Now()
	dying := map[int]bool{}
	for killed := 0; killed < kills; {
		open := 0
		for _, f := range futures[max(0, len(futures)-4*flight):] {
			if !f.State().Ended() {
				open++
			}
		}
		for range flight - open {
			futures = append(futures, submit(t, r.Scheduler, journal,
				entry{Path: path, ID: len(futures), Spin: time.Duration(random.IntN(500)) * time.Microsecond}))
		}
		// The delay is part of the load: a kill hits whatever goes on then.
		tick.Reset(time.Duration(random.IntN(3000)) * time.Microsecond)
		<-tick.C
		live := slices.DeleteFunc(w.pids(), func(pid int) bool { return dying[pid] })
		// With fewer, workers would die before they got any work.
		if len(live) > workers/2 {
			victim := live[random.IntN(len(live))]
			if unix.Kill(victim, unix.SIGKILL) == nil {
				dying[victim] = true
				killed++
			}
		}
		require.Less(t, time.Since(began), 5*patience)
	}
	for _, f := range futures {
		await(t, f)
	}
	took := time.Since(began)

	ran := entries(t, path)
	ends := map[string]int{}
	for id, f := range futures {
		switch kind := task.KindOf(f.Err()); kind {
		case "":
			require.Equal(t, 1, ran[id], "call %d has a result and ran %d times", id, ran[id])
			require.Equal(t, id, f.Value())
			ends["result"]++
		case task.KindWorkerLost:
			// It may have died between the ledger's mark and the first line of code.
			require.LessOrEqual(t, ran[id], 1, "call %d", id)
			requireLost(t, f.Err(), kind)
			ends[kind]++
		case task.KindResultLost:
			require.Equal(t, 1, ran[id], "call %d had finished and ran %d times", id, ran[id])
			requireLost(t, f.Err(), kind)
			ends[kind]++
		default:
			require.NoError(t, f.Err(), "call %d", id)
		}
	}
	require.Len(t, futures, ends["result"]+ends[task.KindWorkerLost]+ends[task.KindResultLost])

	eventually(t, patience, "not every kill has been noticed", func() bool { return r.Workers().Lost == kills })
	lost := int(r.Workers().Lost)
	require.LessOrEqual(t, ends[task.KindWorkerLost], lost, "a worker runs one call at a time")
	t.Logf("%d workers lost, calls: %v, in %v", lost, ends, took.Round(time.Millisecond))

	eventually(t, patience, "not all workers are replaced", func() bool { return len(w.pids()) == workers })
	eventually(t, patience, "file descriptors are left by the dead", func() bool { return descriptors(t) <= fresh })
	r.finish()
	eventually(t, patience, "file descriptors are left by the run", func() bool { return descriptors(t) <= unused })
}

// descriptors returns how many file descriptors this process has open.
func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	return len(entries)
}
