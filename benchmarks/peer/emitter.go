package peer

import (
	"slices"
	"sync"
	"sync/atomic"
)

// Emitter is the least that an emitter can be which counts: a list of handlers
// that is copied when one is added, and an atomic addition for each emission
// and for each handler.
type Emitter struct {
	mu       sync.Mutex
	count    atomic.Uint64
	handlers atomic.Pointer[[]*handler]
}

type handler struct {
	calls    atomic.Uint64
	callback func(int)
}

// On subscribes.
func (e *Emitter) On(callback func(int)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var list []*handler
	if old := e.handlers.Load(); old != nil {
		list = slices.Clone(*old)
	}
	list = append(list, &handler{callback: callback})
	e.handlers.Store(&list)
}

// Emit calls every handler.
func (e *Emitter) Emit(v int) {
	e.count.Add(1)
	list := e.handlers.Load()
	if list == nil {
		return
	}
	for _, h := range *list {
		h.calls.Add(1)
		h.callback(v)
	}
}
