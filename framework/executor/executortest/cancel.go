package executortest

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/scheduler"
)

var errEnough = errors.New("enough")

func testCancelWaiting(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	r := record(sched)
	g := newGate(t)
	holding := recordTask(r, scheduler.NewTask(sched, hold))
	wait := start(t, sched, tolerant()...)
	futures, running := g.fill(t, sched, holding, heeding)
	var waiting []*scheduler.Future[string]
	for range 20 {
		waiting = append(waiting, submit(t, holding, g.in("never", heeding)))
	}
	last := submit(t, holding, g.in("last", heeding))
	for i, f := range waiting {
		require.Equal(t, scheduler.Pending, f.State())
		require.True(t, f.Cancel(errEnough))
		if i%2 == 0 {
			f.Cancel(errors.New("a second reason does not count"))
		}
	}
	for _, f := range waiting {
		requireCancelled(t, f, errEnough)
		require.Equal(t, -1, f.Worker())
		require.False(t, f.Cancel())
	}
	for _, f := range futures {
		requireOpen(t, f)
	}
	for _, h := range running {
		h.letGo()
	}
	g.arrived("last").letGo()
	wait()
	g.none()
	require.Equal(t, scheduler.Succeeded, last.State())
	for _, f := range futures {
		require.Equal(t, scheduler.Succeeded, f.State(), "%v", f.Err())
	}
	require.Zero(t, sched.Workers().Lost, "what has not begun costs no worker")
	r.check(t, sched, len(futures)+21)
}

// testCancelRunning cancels running code, which takes its time to stop: the
// future must not end before.
func testCancelRunning(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	r := record(sched)
	g := newGate(t)
	holding := recordTask(r, scheduler.NewTask(sched, hold))
	wait := start(t, sched, tolerant()...)
	f := submit(t, holding, g.in("it", lingering))
	h := g.arrived("it")
	require.True(t, f.Cancel(errEnough))
	require.True(t, f.Cancel())
	h.lingers()
	requireOpen(t, f)
	h.letGo()
	requireCancelled(t, f, errEnough)
	h.gone()
	require.False(t, f.Cancel())
	after := submit(t, holding, g.in("after", heeding))
	g.arrived("after").letGo()
	await(t, after)
	require.Equal(t, scheduler.Succeeded, after.State())
	wait()
	require.Zero(t, sched.Workers().Lost, "code that heeds its context costs no worker")
	r.check(t, sched, 2)
}

func testCancelKills(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	r := record(sched)
	g := newGate(t)
	holding := recordTask(r, scheduler.NewTask(sched, hold))
	inc := recordTask(r, scheduler.NewTask(sched, increment))
	wait := start(t, sched, tolerant()...)
	f := submit(t, holding, g.in("it", ignoring))
	h := g.arrived("it")
	var neighbours []*scheduler.Future[int]
	for i := range 200 {
		neighbours = append(neighbours, submit(t, inc, i))
	}
	require.True(t, f.Cancel(errEnough))
	requireCancelled(t, f, errEnough)
	h.gone()
	for i, n := range neighbours {
		out, err := n.Wait(within(t))
		require.NoError(t, err)
		require.Equal(t, i+1, out)
	}
	wait()
	r.check(t, sched, 201)
}

func testCancelWaits(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	g := newGate(t)
	holding := scheduler.NewTask(sched, hold)
	wait := start(t, sched, tolerant()...)
	f := submit(t, holding, g.in("it", ignoring))
	h := g.arrived("it")
	require.True(t, f.Cancel(errEnough))
	requireOpen(t, f)
	h.letGo()
	await(t, f)
	require.Equal(t, scheduler.Succeeded, f.State(), "it is what it came to")
	wait()
}

func testCancelFinished(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	r := record(sched)
	inc := recordTask(r, scheduler.NewTask(sched, increment))
	failing := recordTask(r, scheduler.NewTask(sched, fail))
	wait := start(t, sched, tolerant()...)
	good, bad := submit(t, inc, 1), submit(t, failing, plainly)
	await(t, good)
	await(t, bad)
	require.False(t, good.Cancel())
	require.False(t, bad.Cancel())
	wait()
	require.Equal(t, scheduler.Succeeded, good.State())
	require.Equal(t, scheduler.Failed, bad.State())
	r.check(t, sched, 2)
}

// testCancelAtRandom cancels while calls are on their way to and from workers.
func testCancelAtRandom(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	r := record(sched)
	inc := recordTask(r, scheduler.NewTask(sched, increment))
	wait := start(t, sched, tolerant()...)
	random := rand.New(rand.NewPCG(1, 2))
	var futures []*scheduler.Future[int]
	for i := range 4000 {
		f := submit(t, inc, i)
		futures = append(futures, f)
		if i%4 == 0 {
			futures[random.IntN(len(futures))].Cancel(errEnough)
		}
	}
	wait()
	for i, f := range futures {
		if f.State() == scheduler.Cancelled {
			require.ErrorIs(t, f.Err(), errEnough)
			continue
		}
		out, err, _ := f.Result()
		require.NoError(t, err)
		require.Equal(t, i+1, out)
	}
	require.Zero(t, sched.Workers().Lost)
	r.check(t, sched, len(futures))
}
