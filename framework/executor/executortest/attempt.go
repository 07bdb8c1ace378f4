package executortest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// twiceOver has every call attempted until its third attempt.
type twiceOver struct{}

func (twiceOver) Name() string                          { return "twice over" }
func (twiceOver) Attach(scheduler.AnyTask) error        { return nil }
func (twiceOver) PreSubmit(*scheduler.Submission) error { return nil }
func (twiceOver) Judge(a *scheduler.Attempt) {
	if a.Number < 3 {
		a.Again().Release()
	}
}

// testAttempts gives calls to the executor again that it has ended, while
// others of the same task go on.
func testAttempts(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	r := record(sched)
	third := recordTask(r, scheduler.NewTask(sched, atThird, twiceOver{}))
	wait := start(t, sched, tolerant()...)
	const calls = 300
	futures := make([]*scheduler.Future[int], calls)
	for i := range futures {
		futures[i] = submit(t, third, i)
	}
	for i, f := range futures {
		await(t, f)
		require.Equal(t, scheduler.Succeeded, f.State(), "%v", f.Err())
		require.Equal(t, i, f.Value())
		require.Equal(t, 3, f.Attempt())
	}
	wait()
	r.check(t, sched, calls)
}

// testPriorities looks at which of the calls that wait are begun first.
func testPriorities(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	r := record(sched)
	g := newGate(t)
	holding := recordTask(r, scheduler.NewTask(sched, hold))
	sched.Pause()
	wait := start(t, sched, tolerant()...)
	workers := workers(sched)
	for name, priority := range map[string]int{"last": -1, "plain": 0, "urgent": 7} {
		for range workers {
			_, err := holding.Submit(g.in(name, heeding), scheduler.Priority(priority))
			require.NoError(t, err)
		}
	}
	sched.Resume()
	var all []*held
	for range workers {
		h := g.next()
		require.Equal(t, "urgent", h.name)
		all = append(all, h)
	}
	// Workers may be sent the rest ahead, so that its order is not seen here.
	for _, h := range all {
		h.letGo()
	}
	for range 2 * workers {
		g.next().letGo()
	}
	wait()
	r.check(t, sched, 3*workers)
}
