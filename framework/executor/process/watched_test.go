//go:build linux

package process_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// watched is an executor whose reports a test listens to.
type watched struct {
	*process.Executor

	mu     sync.Mutex
	events []scheduler.WorkerEvent
	live   map[int]int // worker by process
}

// newWatched returns a rig and the executor that it is on.
func newWatched(t *testing.T, workers int, opts ...process.Option) (*rig, *watched) {
	t.Helper()
	mark := uuid.NewString()
	opts = append([]process.Option{process.Env(map[string]string{markEnv: mark}), process.Grace(quickGrace)}, opts...)
	w := &watched{Executor: process.Self(workers, opts...), live: map[int]int{}}
	return rigOn(t, mark, w), w
}

// Start starts the executor with a host that reports to w first.
func (w *watched) Start(ctx context.Context, host scheduler.Host) error {
	report := host.Report
	host.Report = func(e scheduler.WorkerEvent) {
		w.mu.Lock()
		w.events = append(w.events, e)
		if e.State == scheduler.WorkerReady {
			w.live[e.PID] = e.Worker
		} else {
			delete(w.live, e.PID)
		}
		w.mu.Unlock()
		report(e)
	}
	return w.Executor.Start(ctx, host)
}

// pids returns the processes that have been reported ready and not gone.
func (w *watched) pids() []int {
	w.mu.Lock()
	defer w.mu.Unlock()
	var pids []int
	for pid := range w.live {
		pids = append(pids, pid)
	}
	return pids
}

// story returns what was reported, a word each.
func (w *watched) story() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	names := map[scheduler.WorkerState]string{scheduler.WorkerReady: "ready", scheduler.WorkerLost: "lost", scheduler.WorkerStopped: "stopped", scheduler.WorkerFailed: "failed"}
	var out []string
	for _, e := range w.events {
		out = append(out, fmt.Sprintf("%d %s", e.Worker, names[e.State]))
	}
	return out
}

// lost returns the reports of lost workers.
func (w *watched) lost() []scheduler.WorkerEvent {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []scheduler.WorkerEvent
	for _, e := range w.events {
		if e.State == scheduler.WorkerLost {
			out = append(out, e)
		}
	}
	return out
}
