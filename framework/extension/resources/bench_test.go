//go:build linux

package resources_test

import (
	"context"
	"log/slog"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/extension/resources"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// BenchmarkOverhead tells what limits on every call cost, with calls that use a
// millisecond of processor time, as medians over pairs of rounds with and without:
// how much longer a round takes (%wall), and how much more processor time the host
// uses, as a part of what the calls use (%cpu). Where all processors are busy with
// calls, both say by how much there are fewer per second; the second does not mind
// what else the machine does.
func BenchmarkOverhead(b *testing.B) {
	const calls, pairs = 400, 15
	least := time.Hour // that a call takes
	round := func(of *scheduler.Task[int, int]) (wall, cpu time.Duration) {
		began, used := time.Now(), hostTime(b)
		futures := make([]*scheduler.Future[int], calls)
		for i := range futures {
			var err error
			futures[i], err = of.Submit(100_000)
			require.NoError(b, err)
		}
		for _, f := range futures {
			<-f.Done()
			require.NoError(b, f.Err())
			least = min(least, f.Elapsed())
		}
		return time.Since(began), hostTime(b) - used
	}
	s := scheduler.New(process.Self(2), scheduler.Logger(slog.New(slog.DiscardHandler)))
	plain := scheduler.NewTask(s, work)
	limited := scheduler.NewTask(s, work.As("limited"),
		resources.New(resources.Wall(time.Minute), resources.CPU(time.Minute), resources.Memory(1<<30)))
	require.NoError(b, s.Start(context.Background()))
	round(plain)
	for b.Loop() {
		var walls, cpus []float64
		for i := range pairs {
			var with, without, cpuWith, cpuWithout time.Duration
			if i%2 == 0 {
				with, cpuWith = round(limited)
				without, cpuWithout = round(plain)
			} else {
				without, cpuWithout = round(plain)
				with, cpuWith = round(limited)
			}
			walls = append(walls, 100*(float64(with)/float64(without)-1))
			cpus = append(cpus, 100*float64(cpuWith-cpuWithout)/float64(calls*least))
		}
		slices.Sort(walls)
		slices.Sort(cpus)
		b.ReportMetric(walls[pairs/2], "%wall")
		b.ReportMetric(cpus[pairs/2], "%cpu")
		b.ReportMetric(float64(least.Microseconds()), "us/call")
	}
	s.Stop()
	_, err := s.Wait()
	require.NoError(b, err)
}

// hostTime is the processor time that this process has used.
func hostTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
