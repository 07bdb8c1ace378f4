//go:build linux

package resources_test

import (
	"log/slog"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/extension/resources"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/internal/testlog"
)

// TestShow runs a hundred calls of which half would never end, or use whatever
// there is. Those end with the error that they should end with, the others
// succeed, and nothing is left.
func TestShow(t *testing.T) {
	t.Parallel()
	const each = 10
	r := newRig(t, 4)
	memory := func() *resources.Resources { return resources.New(resources.Memory(48 * mebibyte)) }
	wall := func() *resources.Resources { return resources.New(resources.Wall(300 * time.Millisecond)) }
	hogs := scheduler.NewTask(r.Scheduler, hog, memory())
	forks := scheduler.NewTask(r.Scheduler, fork, memory())
	spins := scheduler.NewTask(r.Scheduler, spin, resources.New(resources.CPU(300*time.Millisecond)))
	sleeps := scheduler.NewTask(r.Scheduler, sleep, wall())
	deafs := scheduler.NewTask(r.Scheduler, deaf, wall())
	good := scheduler.NewTask(r.Scheduler, double, resources.New(resources.Wall(time.Minute), resources.CPU(time.Minute), resources.Memory(512*mebibyte)))
	r.begin()
	bad := map[string][]scheduler.AnyFuture{}
	var fine []*scheduler.Future[int]
	for i := range each {
		bad[task.KindMemoryLimit] = append(bad[task.KindMemoryLimit], submit(t, hogs, -1), submit(t, forks, -1))
		bad[task.KindCPULimit] = append(bad[task.KindCPULimit], submit(t, spins, -1))
		bad[task.KindWallLimit] = append(bad[task.KindWallLimit], submit(t, sleeps, time.Hour), submit(t, deafs, time.Hour))
		for j := range 5 {
			fine = append(fine, submit(t, good, 5*i+j))
		}
	}
	for kind, futures := range bad {
		for _, f := range futures {
			await(t, f)
			requireLimit(t, f.Err(), kind)
		}
	}
	for i, f := range fine {
		await(t, f)
		require.NoError(t, f.Err())
		require.Equal(t, 2*i, f.Value())
	}
	r.end()
	require.EqualValues(t, 5*each, r.Counts().Exceptions)
	require.EqualValues(t, 5*each, r.Counts().Results)
}

// TestErrorsAndEvents looks at what is told of each limit, and in which order.
func TestErrorsAndEvents(t *testing.T) {
	t.Parallel()
	for kind, c := range map[string]struct {
		limit  resources.Option
		events []string
		text   string
	}{
		task.KindWallLimit:   {resources.Wall(200 * time.Millisecond), []string{"time-limit-reached", "wall-time-limit-reached"}, `^wall time limit: took [0-9.]+m?s of 200ms$`},
		task.KindCPULimit:    {resources.CPU(200 * time.Millisecond), []string{"time-limit-reached", "cpu-time-limit-reached"}, `^CPU time limit: used [0-9.]+m?s of 200ms$`},
		task.KindMemoryLimit: {resources.Memory(48 * mebibyte), []string{"memory-limit-reached"}, `^memory limit: used [0-9]+ MiB of 48 MiB$`},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, 1)
			var told []string
			var reached []resources.Reached
			hear := func(to event.Source) {
				for _, e := range to.Emitter().Events() {
					_, err := to.Emitter().OnName(e.Name, func(v any) {
						told = append(told, e.Name)
						if v, ok := v.(resources.Reached); ok {
							reached = append(reached, v)
						}
					})
					require.NoError(t, err)
				}
			}
			var f scheduler.AnyFuture
			if kind == task.KindMemoryLimit {
				limited := scheduler.NewTask(r.Scheduler, hog, resources.New(c.limit))
				hear(limited)
				r.begin()
				f = submit(t, limited, -1)
			} else {
				limited := scheduler.NewTask(r.Scheduler, spin, resources.New(c.limit))
				hear(limited)
				r.begin()
				f = submit(t, limited, -1)
			}
			await(t, f)
			e := requireLimit(t, f.Err(), kind)
			require.Regexp(t, c.text, f.Err().Error())
			var lost *process.LostError
			require.ErrorAs(t, e, &lost, "how its process ended is known too")
			r.end()
			require.Equal(t, append(append([]string{"on_submitted"}, c.events...), "on_done", "on_exception"), told)
			require.Len(t, reached, len(c.events))
			for _, got := range reached {
				require.Equal(t, f.ID(), got.Future.ID())
				require.Equal(t, f.Err(), got.Err)
				require.Equal(t, kind, got.Limit)
				require.Equal(t, e.Allowed, got.Allowed)
				require.Equal(t, e.Seen, got.Seen)
			}
		})
	}
}

// TestWhatIsWithinItsLimits is not disturbed.
func TestWhatIsWithinItsLimits(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	hogs := scheduler.NewTask(r.Scheduler, hog, resources.New(resources.Memory(512*mebibyte), resources.Wall(time.Minute), resources.CPU(time.Minute)))
	r.begin()
	for range 5 {
		_, err := get(t, hogs, 40*mebibyte)
		require.NoError(t, err)
	}
	r.end()
	require.Zero(t, r.Workers().Lost)
}

// TestHeedingSavesTheWorker has code return when its time is over: the call fails
// and its process goes on.
func TestHeedingSavesTheWorker(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1, process.Grace(time.Minute))
	sleeps := scheduler.NewTask(r.Scheduler, sleep, resources.New(resources.Wall(50*time.Millisecond)))
	r.begin()
	for range 5 {
		_, err := get(t, sleeps, time.Hour)
		requireLimit(t, err, task.KindWallLimit)
	}
	r.end()
	require.Equal(t, scheduler.WorkerCounts{Started: 1}, r.Workers())
}

// TestResultsThatAreLateAreDropped: a limit is a limit, whether or not the code
// returns within the grace.
func TestResultsThatAreLateAreDropped(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1, process.Grace(time.Minute))
	deafs := scheduler.NewTask(r.Scheduler, deaf, resources.New(resources.Wall(20*time.Millisecond)))
	r.begin()
	_, err := get(t, deafs, 200*time.Millisecond)
	e := requireLimit(t, err, task.KindWallLimit)
	require.NoError(t, e.Err)
	require.GreaterOrEqual(t, time.Duration(e.Seen), 200*time.Millisecond)
	r.end()
	require.Zero(t, r.Workers().Lost)
}

// TestWhatHasLeftTheGroup counts, and is killed, as long as its parent lives.
func TestWhatHasLeftTheGroup(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	daemons := scheduler.NewTask(r.Scheduler, daemon, resources.New(resources.Memory(48*mebibyte)))
	r.begin()
	_, err := get(t, daemons, 200*mebibyte)
	requireLimit(t, err, task.KindMemoryLimit)
	_, err = r.Scheduler.Wait()
	require.NoError(t, err)
	// Nobody could wait for it, who is not its parent.
	require.Eventually(t, func() bool { return len(processes(r.mark)) == 0 }, patience, time.Millisecond)
}

// TestFullWorkersAreReplaced has a worker that holds more than half of what the
// next call may use replaced before that, and unblamed.
func TestFullWorkersAreReplaced(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	unlimited := scheduler.NewTask(r.Scheduler, hog)
	limited := scheduler.NewTask(r.Scheduler, hog.As("limited"), resources.New(resources.Memory(100*mebibyte)))
	r.begin()
	first, err := get(t, unlimited, 80*mebibyte)
	require.NoError(t, err)
	second, err := get(t, limited, 20*mebibyte)
	require.NoError(t, err)
	require.NotEqual(t, first, second)
	r.end()
	require.Equal(t, scheduler.WorkerCounts{Started: 2}, r.Workers())
}

// TestNeighboursAreUntouched has one worker killed over and over while another
// runs a long call, and calls queue behind both.
func TestNeighboursAreUntouched(t *testing.T) {
	t.Parallel()
	r := newRig(t, 2)
	hogs := scheduler.NewTask(r.Scheduler, hog, resources.New(resources.Memory(48*mebibyte)))
	deafs := scheduler.NewTask(r.Scheduler, deaf)
	good := scheduler.NewTask(r.Scheduler, double)
	r.begin()
	long := submit(t, deafs, 3*time.Second)
	var bad []scheduler.AnyFuture
	var fine []*scheduler.Future[int]
	for range 30 { // more than a worker may be lost in a row
		bad = append(bad, submit(t, hogs, -1))
		for range 20 {
			fine = append(fine, submit(t, good, 21))
		}
	}
	for _, f := range bad {
		await(t, f)
		requireLimit(t, f.Err(), task.KindMemoryLimit)
	}
	for _, f := range fine {
		await(t, f)
		require.NoError(t, f.Err())
	}
	await(t, long)
	require.NoError(t, long.Err())
	r.end()
}

// TestCancelBeforeTheLimit has a call cancelled that would reach its limit during
// the grace: it is cancelled.
func TestCancelBeforeTheLimit(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1, process.Grace(time.Second))
	deafs := scheduler.NewTask(r.Scheduler, deaf, resources.New(resources.Wall(500*time.Millisecond)))
	r.begin()
	f := submit(t, deafs, time.Hour)
	require.Eventually(t, func() bool { return f.State() == scheduler.Running }, patience, time.Millisecond)
	require.True(t, f.Cancel())
	await(t, f)
	require.Equal(t, scheduler.Cancelled, f.State(), "%v", f.Err())
	r.end()
}

// TestHowMemoryIsLimitedOfLaterTasks: it is stated, and said rightly, of a task
// that is made when the workers have been started.
func TestHowMemoryIsLimitedOfLaterTasks(t *testing.T) {
	t.Parallel()
	var log testlog.Buffer
	s := scheduler.New(process.Self(1), scheduler.Logger(slog.New(slog.NewTextHandler(&log, nil))))
	require.NoError(t, s.Start(t.Context()))
	require.NotContains(t, log.String(), "limits of memory")
	for _, name := range []string{"one", "another"} {
		group, err := get(t, scheduler.NewTask(s, cgroup.As(name), resources.New(resources.Memory(512*mebibyte))), 0)
		require.NoError(t, err)
		require.NotContains(t, group, "signalbox-")
	}
	_, err := s.Wait()
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(log.String(), `level=INFO msg="limits of memory are enforced" by="sampling /proc every 10ms, with RLIMIT_DATA as a backstop: `), log.String())
}

// TestHowMemoryIsLimitedIsStated: the log says at the start of a run by what
// limits of memory are enforced here, which is what workers are given; and nothing
// where there are none.
func TestHowMemoryIsLimitedIsStated(t *testing.T) {
	t.Parallel()
	for _, limit := range []resources.Option{resources.Memory(512 * mebibyte), resources.Wall(time.Minute)} {
		var log testlog.Buffer
		s := scheduler.New(process.Self(1), scheduler.Logger(slog.New(slog.NewTextHandler(&log, nil))))
		where := scheduler.NewTask(s, cgroup, resources.New(limit))
		scheduler.NewTask(s, hog, resources.New(limit))
		for range 2 {
			before := len(log.String())
			require.NoError(t, s.Start(t.Context()))
			group, err := get(t, where, 0)
			require.NoError(t, err)
			_, err = s.Wait()
			require.NoError(t, err)
			stated := regexp.MustCompile(`level=INFO msg="limits of memory are enforced" by="(.*)"`).FindAllStringSubmatch(log.String()[before:], -1)
			if limits := where.Extensions()[0].(scheduler.Limited).Limits(); limits.Memory == 0 {
				require.Empty(t, stated)
				require.NotContains(t, group, "signalbox-")
				continue
			}
			require.Len(t, stated, 1, log.String())
			if strings.HasPrefix(stated[0][1], "a control group (cgroup v2) for each worker, sampled every 10ms and bounded by the kernel") {
				require.Contains(t, group, "/signalbox-"+strconv.Itoa(os.Getpid())+"-")
			} else {
				require.Regexp(t, `^sampling /proc every 10ms, with RLIMIT_DATA as a backstop: .*control group`, stated[0][1])
				require.NotContains(t, group, "signalbox-")
			}
		}
	}
}
