package process

import (
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/view"
)

// Staff implements [scheduler.Staffed].
func (e *Executor) Staff() []scheduler.WorkerStatus {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := e.everyWorker()
	out := make([]scheduler.WorkerStatus, 0, len(all))
	for _, w := range all {
		out = append(out, w.status())
	}
	return out
}

// status tells what the worker does. e.mu is held.
func (w *worker) status() scheduler.WorkerStatus {
	st := scheduler.WorkerStatus{Worker: w.number, State: w.state(), Held: w.window.len, Restarts: w.restarts, Err: w.lastLoss}
	if w.proc != nil && !w.dead {
		st.PID = w.proc.PID()
	}
	if _, c := w.running(); c != nil {
		st.Call, st.Since = c, w.progress
		st.Held--
	}
	return st
}

// state is what the worker does. e.mu is held.
func (w *worker) state() view.WorkerState {
	switch {
	case w.lost:
		return view.WorkerLost
	case w.dead, w.proc == nil:
		return view.WorkerRestarting
	case w.stopping && w.window.len > 0:
		return view.WorkerEnding
	case w.window.len > 0:
		return view.WorkerBusy
	}
	return view.WorkerIdle
}
