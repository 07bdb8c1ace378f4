//go:build linux

package faultstest

import (
	"os"
	"slices"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/extension/resources"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// by returns what a call does that may end with one of the kinds.
func by(act, arg string, wants ...string) func(*House) {
	return func(h *House) { h.Await(h.Do(act, arg, wants...)) }
}

// cancelled has a call cancelled while it runs.
func cancelled(act, arg string) func(*House) {
	return func(h *House) {
		f := h.Do(act, arg, Cancelled)
		h.Running(f)
		f.Cancel()
		h.Await(f)
	}
}

// signalled has a call's worker get a signal while it runs.
func signalled(s unix.Signal) func(*House) {
	return func(h *House) {
		f := h.Do("deaf", "", task.KindWorkerLost)
		h.Running(f)
		h.Until("no worker runs it", func() bool { return h.Worker() != 0 })
		require.NoError(h, unix.Kill(h.Worker(), s))
		h.Await(f)
	}
}

// deaths are the cases in which a worker dies, or should.
func deaths() []Case {
	lost := task.KindWorkerLost
	return []Case{
		{Name: "kill -9 before a task", Do: killIdle},
		{Name: "kill -9 during a task", Do: signalled(unix.SIGKILL)},
		{Name: "kill -9 after a task", Do: func(h *House) { h.Await(h.Do("nothing", "")); killIdle(h) }},
		{Name: "kill -9 with many held", Workers: 1, Do: killHolding},
		{Name: "kill -9 by itself, 20 times", Do: func(h *House) {
			for range 20 {
				h.Do("kill", "", lost)
				h.Bystander()
			}
		}},
		{Name: "exit(0) without a result", Do: by("exit", "0", lost)},
		{Name: "exit(3)", Do: by("exit", "3", lost)},
		{Name: "exit as the result is told", Do: by("exit soon", "", Result)},
		{Name: "panic", Do: by("panic", "", task.KindPanic)},
		{Name: "panic in another goroutine", Do: by("panic aside", "", lost)},
		{Name: "segmentation fault", Do: by("segfault", "", lost)},
		{Name: "stack overflow", Do: by("overflow", "", lost)},
		{Name: "SIGTERM from outside, then kill", Do: func(h *House) {
			f := h.Do("deaf", "", lost)
			h.Running(f)
			h.Until("no worker runs it", func() bool { return h.Worker() != 0 })
			require.NoError(h, unix.Kill(h.Worker(), unix.SIGTERM))
			require.NoError(h, unix.Kill(h.Worker(), unix.SIGKILL))
		}},
		{Name: "SIGSTOP, cancelled", Do: cancelled("stop", "")},
		{Name: "SIGSTOP, out of time", Extensions: []scheduler.Extension{resources.New(resources.Wall(200 * time.Millisecond))},
			Do: by("stop", "", task.KindWallLimit)},
		{Name: "ignores its context and SIGTERM", Do: cancelled("deaf", "")},
		{Name: "shell that ignores SIGTERM", Do: cancelled("shell", `trap "" TERM; sleep 1000; sleep 1000`)},
		{Name: "memory bomb", Extensions: []scheduler.Extension{resources.New(resources.Memory(128 << 20))},
			Do: by("allocate", "", task.KindMemoryLimit)},
		{Name: "fork bomb of 256, cancelled", Do: func(h *House) {
			f := h.Do("shell", forkBomb, Cancelled)
			h.Until("it does not multiply", func() bool { return len(processes(h.mark)) > 200 })
			f.Cancel()
			h.Await(f)
		}},
		{Name: "fork bomb, then death", Do: func(h *House) {
			h.Await(h.Do("spawn", forkBomb))
			h.Until("it does not multiply", func() bool { return len(processes(h.mark)) > 200 })
			h.Await(h.Do("kill", "", lost))
		}, Workers: 1},
		{Name: "grandchild that holds stderr, worker dies", Workers: 1, Do: grandchild("spawn")},
		{Name: "grandchild that holds stderr, run ends", Do: by("spawn", "sleep 1000")},
		{Name: "grandchild with setsid, worker dies", Workers: 1, Do: grandchild("spawn away")},
		{Name: "grandchild with setsid, run ends", Do: by("spawn away", "sleep 1000")},
		{Name: "grandchild with setsid, cancelled", Do: cancelled("shell", "setsid sleep 1000 & sleep 1000")},
		{Name: "hangs up", Do: by("hang up", "", lost)},
		{Name: "closes its output", Do: by("close output", "")},
		{Name: "no more file descriptors in the worker", Workers: 1, Do: by("no files", ""), Ends: true},
		{Name: "ledger truncated, then death", Workers: 1, Do: spoilt("truncate ledger")},
		{Name: "ledger cut within a word, then death", Workers: 1, Do: spoilt("shorten ledger")},
		{Name: "ledger scribbled on, then death", Workers: 1, Do: spoilt("scribble on ledger")},
		{Name: "ledger unlinked, then death", Workers: 1, Do: spoilt("unlink ledger")},
		{Name: "dies of every call", Workers: 1, Ends: true, Options: []process.Option{process.Restarts(3)}, Do: func(h *House) {
			for range 10 {
				h.Do("kill", "", lost, task.KindError, Cancelled)
			}
		}},
		{Name: "cancel all while workers die", Do: func(h *House) {
			for range 10 {
				h.Do("kill", "", lost, Cancelled)
				h.Do("deaf", "", Cancelled)
				h.Do("nothing", "", Result, Cancelled)
			}
			h.Until("none dies", func() bool { return h.Workers().Lost > 0 })
			h.Cancel()
			h.Cancel()
		}},
	}
}

// forkBomb is a shell that doubles seven times, and sleeps then.
const forkBomb = `b() { if [ $1 -gt 0 ]; then b $(($1-1)) & b $(($1-1)) & fi; sleep 1000; }; b 7`

// killIdle kills a worker that has nothing to do.
func killIdle(h *House) {
	before := h.Workers().Lost
	require.NoError(h, unix.Kill(h.Staff()[0].PID, unix.SIGKILL))
	h.Until("the death is not noticed", func() bool { return h.Workers().Lost > before })
}

// killHolding kills a worker that runs one call and was given many more.
func killHolding(h *House) {
	h.bystanders(300) // from which the pool learns how short they are
	f := h.Do("hold", h.Path("go"), task.KindWorkerLost)
	var held []*scheduler.Future[int]
	for range 100 {
		held = append(held, h.Bystander())
	}
	h.Running(f)
	h.Until("it holds nothing", func() bool { w := h.Staff()[0]; return w.Held >= 10 })
	require.NoError(h, unix.Kill(h.Staff()[0].PID, unix.SIGKILL))
	for _, f := range held {
		h.Await(f)
	}
}

// grandchild has a worker start a program, and die.
func grandchild(act string) func(*House) {
	return func(h *House) {
		h.Await(h.Do(act, "sleep 1000"))
		h.Await(h.Do("kill", "", task.KindWorkerLost))
		h.Until("the grandchild lives on", func() bool { return len(processes(h.mark)) <= 3 })
	}
}

// spoilt spoils the ledger of a worker that runs a call and holds others, and
// kills it: calls may be lost, but none may run twice.
func spoilt(act string) func(*House) {
	return func(h *House) {
		h.Await(h.Do(act, "", Result, task.KindWorkerLost, task.KindResultLost))
		f := h.Do("hold", h.Path("go"), Result, task.KindWorkerLost, task.KindResultLost)
		for range 20 {
			h.Do("nothing", "", Result, task.KindWorkerLost, task.KindResultLost)
		}
		h.Until("the code does not begin", func() bool { return f.State().Ended() || slices.Contains(h.ran(), h.jobs[len(h.jobs)-21].id) })
		_ = unix.Kill(h.Staff()[0].PID, unix.SIGKILL)
		h.Await(f)
		require.NoError(h, os.WriteFile(h.Path("go"), nil, 0o600))
	}
}
