package sdktest

import (
	"github.com/signalbox-go/signalbox/framework/wire"
)

// Handler is one subscription of a plugin.
type Handler struct {
	Event string // such as "on_start", "double.on_result", "*.on_result" of every task
	Name  string // what displays call it
	Every int
	Calls uint64 // so far
}

// Handlers returns what the plugin is subscribed to, in the order in which it
// subscribed.
func (a *Attachment) Handlers() []Handler {
	a.mu.Lock()
	defer a.mu.Unlock()
	var out []Handler
	calls := a.acks[len(a.acks)-1].calls
	for i, h := range a.subs.GetHandlers() {
		if h.GetGone() {
			continue
		}
		handler := Handler{Event: wire.EventName(h.GetScope(), h.GetTask(), h.GetEvent()), Name: h.GetName(), Every: int(h.GetEvery())}
		if i < len(calls) {
			handler.Calls = calls[i]
		}
		out = append(out, handler)
	}
	return out
}
