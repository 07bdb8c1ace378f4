//go:build linux

package process_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// TestFaultCrash has workers die while they run a task, in all the ways that code
// finds.
func TestFaultCrash(t *testing.T) {
	t.Parallel()
	// byCall has a task kill its process.
	byCall := func(task string) func(*rig) *scheduler.Future[int] {
		return func(r *rig) *scheduler.Future[int] {
			switch task {
			case "exit":
				return submit(r.t, r.Scheduler, exit, 3)
			case "silent-death":
				return submit(r.t, r.Scheduler, silentDeath, 7)
			case "panic-aside":
				return submit(r.t, r.Scheduler, panicAside, "out of cheese")
			case "fault":
				return submit(r.t, r.Scheduler, fault, 0)
			default:
				return submit(r.t, r.Scheduler, overflow, 0)
			}
		}
	}
	// bySignal has somebody else kill it.
	bySignal := func(s unix.Signal) func(*rig) *scheduler.Future[int] {
		return func(r *rig) *scheduler.Future[int] {
			d := newDoor(r.t)
			f := submit(r.t, r.Scheduler, holdTask, place{Socket: d.path})
			d.guest().signal(s)
			return f
		}
	}
	for name, test := range map[string]struct {
		die    func(*rig) *scheduler.Future[int]
		task   string
		code   int
		signal syscall.Signal // 0 for none
		reason string         // what Exit.Reason holds; "" for nothing
		frame  string         // what the innermost frame holds; "" for no frames
		says   []string       // what the message holds
		silent bool           // the message tells nothing of stderr
	}{
		"exit code": {die: byCall("exit"), task: "exit", code: 3,
			says: []string{"exit code 3", "its stderr ends: leaving by the back door"}},
		"silent death": {die: byCall("silent-death"), task: "silent-death", code: 7, says: []string{"exit code 7"}, silent: true},
		"panic in another goroutine": {die: byCall("panic-aside"), task: "panic-aside", code: 2,
			reason: "panic: out of cheese", frame: "process_test.explode", says: []string{"exit code 2: panic: out of cheese at ", "process_test.explode ", "tasks_test.go:", "; its stderr ends: ", " | created by "}},
		"fault": {die: byCall("fault"), task: "fault", code: 2,
			reason: "fatal error: fault", frame: "process_test.readAt", says: []string{"fatal error: fault at ", "tasks_test.go:", "; its stderr ends: "}},
		"stack overflow": {die: byCall("overflow"), task: "overflow", code: 2,
			reason: "stack", frame: "process_test.recurse", says: []string{"stack", "tasks_test.go:"}},
		"SIGKILL": {die: bySignal(unix.SIGKILL), task: "hold", code: -1, signal: syscall.SIGKILL,
			says: []string{"killed by signal 9 (SIGKILL)"}, silent: true},
		"SIGQUIT": {die: bySignal(unix.SIGQUIT), task: "hold", code: 2, reason: "SIGQUIT: quit", frame: "?", says: []string{"SIGQUIT: quit", "; its stderr ends: "}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, w := newWatched(t, 1)
			r.begin()
			before, err := get(t, r.Scheduler, pid, 0)
			require.NoError(t, err)

			f := test.die(r)
			await(t, f)
			require.Equal(t, scheduler.Failed, f.State())
			lost := requireLost(t, f.Err(), task.KindWorkerLost)
			require.Equal(t, before, lost.PID)
			require.Zero(t, lost.Worker)
			require.Equal(t, 0, f.Worker())
			require.Equal(t, test.task, lost.Task)
			require.NoError(t, lost.Cause)
			require.Equal(t, test.code, lost.Exit.Code, lost.Exit.Stderr)
			if test.signal == 0 {
				require.Nil(t, lost.Exit.Signal)
			} else {
				require.Equal(t, test.signal, lost.Exit.Signal)
			}
			require.False(t, lost.Exit.OOM)
			require.NoError(t, lost.Exit.Err)
			if test.reason == "" {
				require.Empty(t, lost.Exit.Reason)
			} else {
				require.Contains(t, lost.Exit.Reason, test.reason)
			}
			switch test.frame {
			case "":
				require.Empty(t, lost.Exit.Frames)
			case "?":
			default:
				require.NotEmpty(t, lost.Exit.Frames)
				require.Contains(t, lost.Exit.Frames[0], test.frame)
			}
			message := f.Err().Error()
			for _, s := range append(test.says, "worker-lost: worker 0 of plugin", "while it ran task "+test.task) {
				require.Contains(t, message, s)
			}
			if test.silent {
				require.NotContains(t, message, "stderr")
			}

			after, err := get(t, r.Scheduler, pid, 0)
			require.NoError(t, err, "work goes on")
			require.NotEqual(t, before, after)
			require.Equal(t, scheduler.WorkerCounts{Started: 2, Lost: 1}, r.Workers())
			r.finish()
			require.Equal(t, []string{"0 ready", "0 lost", "0 ready", "0 stopped"}, w.story())
			require.Equal(t, before, w.lost()[0].PID)
			require.EqualError(t, w.lost()[0].Err, lost.Exit.String())
		})
	}
}

// TestSignalsFromOutside sends what a Ctrl-C or a service manager sends to all
// processes of a group: when workers end is for their host to say.
func TestSignalsFromOutside(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	r.begin()
	d := newDoor(t)
	f := submit(t, r.Scheduler, holdTask, place{Socket: d.path})
	g := d.guest()
	for range 3 {
		g.signal(unix.SIGTERM)
		g.signal(unix.SIGINT)
		g.signal(unix.SIGHUP)
	}
	g.letGo()
	await(t, f)
	require.NoError(t, f.Err())
	after, err := get(t, r.Scheduler, pid, 0)
	require.NoError(t, err)
	require.Equal(t, g.pid, after)
	r.finish()
	require.Equal(t, scheduler.WorkerCounts{Started: 1}, r.Workers())
}

// TestCrashesAreNotBlamedOnOthers kills a worker that has more to do.
func TestCrashesAreNotBlamedOnOthers(t *testing.T) {
	t.Parallel()
	r := newRig(t, 2)
	r.begin()
	for range 5 {
		dying := submit(t, r.Scheduler, exit, 1)
		var others []*scheduler.Future[int]
		for range 100 {
			others = append(others, submit(t, r.Scheduler, pid, 0))
		}
		await(t, dying)
		lost := requireLost(t, dying.Err(), task.KindWorkerLost)
		for _, f := range others {
			await(t, f)
			require.NoError(t, f.Err())
			require.NotEqual(t, lost.PID, f.Value())
		}
	}
	r.finish()
	require.Equal(t, uint64(5), r.Workers().Lost)
}

// TestDeathsAtWorkArePaced has a worker die with every call, fewer times than
// it would be given up for: its restarts do not eat the machine.
func TestDeathsAtWorkArePaced(t *testing.T) {
	t.Parallel()
	const deaths = 12
	r := newRig(t, 1)
	r.begin()
	began := time.Now()
	var futures []*scheduler.Future[int]
	for range deaths {
		futures = append(futures, submit(t, r.Scheduler, silentDeath, 1))
	}
	last := submit(t, r.Scheduler, pid, 0)
	for _, f := range futures {
		await(t, f)
		requireLost(t, f.Err(), task.KindWorkerLost)
	}
	await(t, last)
	require.NoError(t, last.Err())
	// 5, 10, 20 … 200 ms, less a half at most.
	require.Greater(t, time.Since(began), 500*time.Millisecond)
	r.finish()
	require.Equal(t, scheduler.WorkerCounts{Started: deaths + 1, Lost: deaths}, r.Workers())
}

// TestLostErrorTexts holds what needs no process.
func TestLostErrorTexts(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1, process.Name("mine"))
	r.begin()
	_, err := get(t, r.Scheduler, silentDeath, 7)
	lost := requireLost(t, err, task.KindWorkerLost)
	require.Equal(t, "mine", lost.Plugin)
	require.Regexp(t, `^worker-lost: worker 0 of plugin mine \(pid \d+\) died while it ran task silent-death: exit code 7$`, err.Error())
	r.finish()
	require.Contains(t, r.logs.text(), "WARN worker lost plugin=mine worker=0")
}
