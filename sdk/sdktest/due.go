package sdktest

import (
	"slices"

	"github.com/signalbox-go/signalbox/framework/wire"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// subscribed reports whether a handler hears of an event at all. a.mu is held.
func (a *Attachment) subscribed(at address) bool {
	return slices.ContainsFunc(a.subs.GetHandlers(), func(h *pb.Handler) bool {
		return !h.GetGone() && (hears(h, at) || h.GetScope() == pb.Scope_SCOPE_SCHEDULER && h.GetEvent() == wire.EveryRecord)
	})
}

func hears(h *pb.Handler, at address) bool {
	return h.GetScope() == at.scope && h.GetEvent() == at.event && (at.scope != pb.Scope_SCOPE_TASK || h.GetTask() == at.task)
}

// due reports whether a handler is due for a record, and for its payload, as
// hosts decide it. a.mu is held.
func (a *Attachment) due(e *entry) (it, payload bool) {
	result := e.kind == pb.Kind_KIND_RESULT
	for _, h := range a.subs.GetHandlers() {
		if h.GetGone() {
			continue
		}
		if h.GetScope() == pb.Scope_SCOPE_SCHEDULER && (h.GetEvent() == wire.EveryRecord || h.GetEvent() == wire.WorkerEvent && e.kind == pb.Kind_KIND_WORKER) {
			it = true
			payload = payload || a.subs.GetResults() || !result
			continue
		}
		for i, at := range e.events {
			if n := e.ordinals[i]; hears(h, at) && n > h.GetBase() && (n-h.GetBase())%h.GetEvery() == 0 {
				it = true
				payload = payload || !result || at.event == "on_future_result" || at.event == "on_result"
			}
		}
	}
	if e.kind == pb.Kind_KIND_SUBMITTED {
		payload = a.subs.GetInputs()
	}
	return it, payload
}
