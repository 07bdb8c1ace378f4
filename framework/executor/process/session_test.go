//go:build linux

package process_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// TestBrokenConnection has a worker's connection break while its process lives
// on: the call that ran cannot tell its result, and the worker is replaced.
func TestBrokenConnection(t *testing.T) {
	t.Parallel()
	for name, heed := range map[string]bool{task.KindWorkerLost: false, task.KindResultLost: true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, 1)
			r.begin()
			f := submit(t, r.Scheduler, closeSession, heed)
			var others []*scheduler.Future[int]
			for range 20 {
				others = append(others, submit(t, r.Scheduler, pid, 0))
			}
			await(t, f)
			lost := requireLost(t, f.Err(), name)
			for _, o := range others {
				await(t, o)
				require.NoError(t, o.Err())
				require.NotEqual(t, lost.PID, o.Value())
			}
			r.finish()
			require.Equal(t, scheduler.WorkerCounts{Started: 2, Lost: 1}, r.Workers())
		})
	}
}
