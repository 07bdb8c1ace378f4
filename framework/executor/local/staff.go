package local

import (
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/view"
)

// Staff implements [scheduler.Staffed].
func (e *Executor) Staff() []scheduler.WorkerStatus {
	out := make([]scheduler.WorkerStatus, e.workers)
	for i := range out {
		out[i] = scheduler.WorkerStatus{Worker: i, State: view.WorkerIdle}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for c, r := range e.running {
		st := &out[r.worker]
		st.State, st.Call, st.Since = view.WorkerBusy, c, r.began
	}
	return out
}
