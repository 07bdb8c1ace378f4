//go:build linux

package process_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

var errEnough = errors.New("enough")

// requireCancelled requires that a future ends as cancelled, for errEnough.
func requireCancelled(t *testing.T, f scheduler.AnyFuture) {
	t.Helper()
	await(t, f)
	require.Equal(t, scheduler.Cancelled, f.State(), "%v", f.Err())
	require.ErrorIs(t, f.Err(), errEnough)
}

// entries counts how often each id stands in a journal.
func entries(t *testing.T, path string) map[int]int {
	t.Helper()
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	require.NoError(t, err)
	ids := map[int]int{}
	for _, line := range strings.Fields(string(data)) {
		id, err := strconv.Atoi(line)
		require.NoError(t, err)
		ids[id]++
	}
	return ids
}

// warm has the workers learn that calls are short, so that they hold many.
func (r *rig) warm() {
	r.t.Helper()
	var futures []*scheduler.Future[int]
	for range 300 {
		futures = append(futures, submit(r.t, r.Scheduler, pid, 0))
	}
	for _, f := range futures {
		await(r.t, f)
		require.NoError(r.t, f.Err())
	}
}

// stuffed is a worker that runs a call and holds more, which have not begun.
type stuffed struct {
	running *scheduler.Future[int]
	guest   *guest
	held    []*scheduler.Future[int] // by id in the journal
	journal string
}

// stuff brings the only worker of exec to hold more than it runs. What it holds
// depends on how soon calls come one after the other, so it is tried again
// until it holds some.
func (r *rig) stuff(exec *process.Executor, heed bool) *stuffed {
	r.t.Helper()
	d := newDoor(r.t)
	for range 200 {
		r.warm()
		s := &stuffed{journal: filepath.Join(tempDir(r.t), "journal")}
		s.running = submit(r.t, r.Scheduler, holdTask, place{Socket: d.path, Heed: heed})
		for id := range 20 {
			s.held = append(s.held, submit(r.t, r.Scheduler, journal, entry{Path: s.journal, ID: id}))
		}
		s.guest = d.guest()
		if exec.Held()[0] > 10 {
			return s
		}
		s.guest.letGo()
		for _, f := range s.held {
			await(r.t, f)
		}
	}
	require.FailNow(r.t, "the worker never holds more than it runs")
	return nil
}

// TestCancelWhatIsHeld cancels what a worker was sent and has not begun: it is
// recalled and never runs, and what runs is not disturbed.
func TestCancelWhatIsHeld(t *testing.T) {
	t.Parallel()
	r, w := newWatched(t, 1)
	r.begin()
	s := r.stuff(w.Executor, false)
	require.Equal(t, scheduler.Running, s.running.State())
	for id, f := range s.held {
		require.Equal(t, scheduler.Pending, f.State())
		if id%2 == 0 {
			require.True(t, f.Cancel(errEnough))
		}
	}
	for id, f := range s.held {
		if id%2 == 0 {
			requireCancelled(t, f)
			require.Equal(t, -1, f.Worker())
		}
	}
	require.Equal(t, scheduler.Running, s.running.State())
	require.Empty(t, entries(t, s.journal))
	s.guest.letGo()
	await(t, s.running)
	require.NoError(t, s.running.Err())
	for id, f := range s.held {
		await(t, f)
		if id%2 == 1 {
			require.NoError(t, f.Err())
		}
	}
	r.finish()
	for id := range 20 {
		require.Equal(t, id%2, entries(t, s.journal)[id])
	}
	require.Equal(t, scheduler.WorkerCounts{Started: 1}, r.Workers())
}

// TestCancelWhatWaits cancels what no worker was sent.
func TestCancelWhatWaits(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	r.begin()
	d := newDoor(t)
	running := submit(t, r.Scheduler, holdTask, place{Socket: d.path})
	g := d.guest()
	var waiting []*scheduler.Future[int]
	for range 1000 {
		waiting = append(waiting, submit(t, r.Scheduler, exit, 1))
	}
	require.Equal(t, 1000, r.CancelWaiting(errEnough))
	for _, f := range waiting {
		requireCancelled(t, f)
		require.Equal(t, -1, f.Worker())
	}
	g.letGo()
	await(t, running)
	require.NoError(t, running.Err())
	r.finish()
	require.Equal(t, scheduler.WorkerCounts{Started: 1}, r.Workers())
}

func TestCancelWhatHeeds(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1, process.Grace(time.Minute))
	r.begin()
	d := newDoor(t)
	for range 20 {
		f := submit(t, r.Scheduler, holdTask, place{Socket: d.path, Heed: true})
		g := d.guest()
		require.True(t, f.Cancel(errEnough))
		requireCancelled(t, f)
		require.Zero(t, f.Worker())
		after, err := get(t, r.Scheduler, pid, 0)
		require.NoError(t, err)
		require.Equal(t, g.pid, after, "the worker goes on")
	}
	r.finish()
	require.Equal(t, scheduler.WorkerCounts{Started: 1}, r.Workers())
}

// TestCancelWhatDoesNotHeed kills the worker after the grace; what it held runs
// elsewhere.
func TestCancelWhatDoesNotHeed(t *testing.T) {
	t.Parallel()
	r, w := newWatched(t, 1)
	r.begin()
	s := r.stuff(w.Executor, false)
	began := time.Now()
	require.True(t, s.running.Cancel(errEnough))
	require.True(t, s.held[3].Cancel(errEnough))
	requireCancelled(t, s.held[3])
	require.Less(t, time.Since(began), time.Second, "before the worker is killed")
	requireCancelled(t, s.running)
	require.GreaterOrEqual(t, time.Since(began), quickGrace)
	require.Zero(t, s.running.Worker())
	require.NotContains(t, processes(r.mark), s.guest.pid, "it is told when the code has really stopped")
	for id, f := range s.held {
		await(t, f)
		if id != 3 {
			require.NoError(t, f.Err())
		}
	}
	r.finish()
	for id := range 20 {
		want := 1
		if id == 3 {
			want = 0
		}
		require.Equal(t, want, entries(t, s.journal)[id])
	}
	require.Equal(t, scheduler.WorkerCounts{Started: 2, Lost: 1}, r.Workers())
	require.Contains(t, r.logs.text(), "WARN worker lost")
}

// TestCancelWhatHeedsSIGTERM has code wait for a program that it has started.
// The signal is for that program: it cleans up, the code returns, and the worker
// goes on with what is next, which nobody kills for what was before.
func TestCancelWhatHeedsSIGTERM(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	r.begin()
	before, err := get(t, r.Scheduler, pid, 0)
	require.NoError(t, err)
	begun := filepath.Join(tempDir(t), "begun")
	f := submit(t, r.Scheduler, program, "trap 'echo cleaned up; exit 0' TERM; : >'"+begun+"'; sleep 1000 & wait")
	eventually(t, patience, "the program runs", func() bool { _, err := os.Stat(begun); return err == nil })
	next := submit(t, r.Scheduler, burn, 1300*time.Millisecond)
	last := submit(t, r.Scheduler, pid, 0)
	require.True(t, f.Cancel(errEnough))
	for _, f := range []scheduler.AnyFuture{f, next, last} {
		await(t, f)
		require.NoError(t, f.Err())
	}
	require.Equal(t, "cleaned up\n", f.Value())
	require.Equal(t, before, next.Value())
	require.Equal(t, before, last.Value())
	r.finish()
	require.Equal(t, scheduler.WorkerCounts{Started: 1}, r.Workers())
}

// TestNothingIsKilledThatMayBegin cancels a call whose worker holds others
// behind it. The worker is not killed while one of them may begin: what is slow
// to give them back has time for that, and what never does gives them up.
func TestNothingIsKilledThatMayBegin(t *testing.T) {
	t.Parallel()
	for manners, want := range map[string]scheduler.WorkerCounts{
		"slow to give back":  {Started: 1},
		"gives nothing back": {Started: 2, Lost: 1},
	} {
		t.Run(manners, func(t *testing.T) {
			t.Parallel()
			r := newBookkeeper(t, time.Microsecond, manners, onceOnly(t))
			r.begin()
			_, err := get(t, r.Scheduler, echo, 1)
			require.NoError(t, err)
			r.Pause()
			var futures []*scheduler.Future[int]
			for i := range 10 {
				futures = append(futures, submit(t, r.Scheduler, echo, i))
			}
			r.Resume()
			eventually(t, patience, "the first call runs", func() bool { return futures[0].State() == scheduler.Running })
			require.True(t, futures[0].Cancel(errEnough))
			requireCancelled(t, futures[0])
			for i, f := range futures[1:] {
				await(t, f)
				require.NoError(t, f.Err())
				require.Equal(t, i+1, f.Value())
			}
			r.finish()
			require.Equal(t, want, r.Workers())
		})
	}
}

// TestCancelIsNotTheOthersFault has a worker killed for a call that does not
// heed its context: the other worker does not notice.
func TestCancelIsNotTheOthersFault(t *testing.T) {
	t.Parallel()
	r := newRig(t, 2)
	r.begin()
	d := newDoor(t)
	one := submit(t, r.Scheduler, holdTask, place{Socket: d.path})
	g := d.guest()
	two := submit(t, r.Scheduler, holdTask, place{Socket: d.path})
	h := d.guest()
	require.True(t, one.Cancel(errEnough))
	requireCancelled(t, one)
	require.Equal(t, scheduler.Running, two.State())
	h.letGo()
	await(t, two)
	require.NoError(t, two.Err())
	require.NotEqual(t, g.pid, two.Value())
	r.finish()
}

// TestCrashAfterCancel has a cancelled call die by itself: it is lost, as it
// was not stopped by the cancellation.
func TestCrashAfterCancel(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1, process.Grace(time.Minute))
	r.begin()
	d := newDoor(t)
	f := submit(t, r.Scheduler, holdTask, place{Socket: d.path})
	g := d.guest()
	require.True(t, f.Cancel(errEnough))
	g.signal(9)
	await(t, f)
	require.Equal(t, scheduler.Failed, f.State())
	requireLost(t, f.Err(), task.KindWorkerLost)
	r.finish()
}

// TestCancelRacesWithTheEnd cancels calls while they begin and end: what is
// cancelled never ran, what ran succeeds, and no worker is killed for it.
func TestCancelRacesWithTheEnd(t *testing.T) {
	t.Parallel()
	const calls, seed = 4000, 7
	r := newRig(t, 2, process.Grace(time.Minute))
	r.begin()
	path := filepath.Join(tempDir(t), "journal")
	random := rand.New(rand.NewPCG(seed, 0))
	var futures []*scheduler.Future[int]
	for id := range calls {
		futures = append(futures, submit(t, r.Scheduler, journal, entry{Path: path, ID: id, Spin: time.Duration(random.IntN(20)) * time.Microsecond}))
		if id%3 == 0 {
			// Most often one that is running, about to begin, or just over.
			futures[max(0, id-random.IntN(60))].Cancel(errEnough)
		}
	}
	cancelled := 0
	for _, f := range futures {
		await(t, f)
	}
	ran := entries(t, path)
	for id, f := range futures {
		if f.State() == scheduler.Cancelled {
			requireCancelled(t, f)
			require.Zero(t, ran[id], "call %d", id)
			cancelled++
			continue
		}
		require.NoError(t, f.Err())
		require.Equal(t, 1, ran[id], "call %d", id)
	}
	t.Logf("seed %d: %d of %d cancelled", seed, cancelled, calls)
	r.finish()
	require.Equal(t, scheduler.WorkerCounts{Started: 2}, r.Workers())
}

// TestCancelRunningRacesWithTheEnd cancels calls that heed, while they are let
// go: each ends as one or the other, and the worker goes on.
func TestCancelRunningRacesWithTheEnd(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1, process.Grace(time.Minute))
	r.begin()
	d := newDoor(t)
	random := rand.New(rand.NewPCG(3, 0))
	ends := map[scheduler.State]int{}
	for range 300 {
		f := submit(t, r.Scheduler, holdTask, place{Socket: d.path, Heed: true})
		g := d.guest()
		let := make(chan struct{})
		wait := time.Duration(random.IntN(150)) * time.Microsecond
		go func() {
			defer close(let)
			spin(wait)
			_, _ = g.conn.Write([]byte{1}) // it may have gone
		}()
		spin(time.Duration(random.IntN(150)) * time.Microsecond)
		f.Cancel(errEnough)
		<-let
		await(t, f)
		_ = g.conn.Close()
		if f.State() == scheduler.Cancelled {
			requireCancelled(t, f)
		} else {
			require.NoError(t, f.Err())
		}
		ends[f.State()]++
	}
	t.Logf("ends: %v", ends)
	r.finish()
	require.Equal(t, scheduler.WorkerCounts{Started: 1}, r.Workers())
}
