package local

import (
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/view"
)

// Staff implements [scheduler.Staffed].
func (e *Executor) Staff() []scheduler.WorkerStatus {
	out := make([]scheduler.WorkerStatus, e.workers)
	e.mu.Lock()
	defer e.mu.Unlock()
	for i := range out {
		out[i] = scheduler.WorkerStatus{Worker: i, State: view.WorkerIdle}
		if s := &e.slots[i]; s.runs() {
			out[i].State, out[i].Call, out[i].Since = view.WorkerBusy, s.call, s.began
		}
	}
	return out
}
