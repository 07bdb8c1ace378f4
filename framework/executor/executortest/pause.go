package executortest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// testPause pauses dispatch while calls run and wait: what runs goes on, what
// waits does not begin but can be cancelled, and all goes on afterwards.
func testPause(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	r := record(sched)
	g := newGate(t)
	holding := recordTask(r, scheduler.NewTask(sched, hold))
	sched.Pause() // also before the run
	wait := start(t, sched, tolerant()...)
	first := submit(t, holding, g.in("first", heeding))
	gone := submit(t, holding, g.in("gone", heeding))
	require.True(t, sched.Paused())
	require.True(t, gone.Cancel(errEnough))
	requireCancelled(t, gone, errEnough)
	g.none()
	require.Equal(t, scheduler.Pending, first.State())

	sched.Resume()
	h := g.arrived("first")
	sched.Pause()
	h.letGo()
	await(t, first)
	require.Equal(t, scheduler.Succeeded, first.State(), "%v", first.Err())
	second := submit(t, holding, g.in("second", heeding))
	g.none()
	require.Equal(t, scheduler.Pending, second.State())
	sched.Resume()
	g.arrived("second").letGo()
	wait()
	require.Equal(t, scheduler.Succeeded, second.State(), "%v", second.Err())
	r.check(t, sched, 3)
}
