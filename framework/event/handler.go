package event

import (
	"sync/atomic"
)

// Handler is one callback subscribed to one event of one emitter, with its
// options and counters. Its methods may be called from any goroutine.
type Handler struct {
	opts     options
	plain    bool
	topic    topic
	order    uint64 // by which handlers of one emitter are called
	callback callback
	base     uint64 // emissions before it subscribed
	gone     atomic.Bool

	seen  atomic.Uint64 // of a plain handler also the number of calls
	calls atomic.Uint64
	busy  atomic.Int64 // calls in progress, counted on owned emitters
}

// Event returns the name of the event that the handler is subscribed to.
func (h *Handler) Event() string { return h.topic.name() }

// Name returns the name under which the callback is shown.
func (h *Handler) Name() string {
	if h.opts.name != "" {
		return h.opts.name
	}
	return h.callback.name()
}

// ValueType returns the type of the value that the callback takes, empty for
// the callback of a signal.
func (h *Handler) ValueType() string { return typeName(h.topic.valueType()) }

// Where returns file and line of the callback.
func (h *Handler) Where() string { return h.callback.where() }

// Every returns the value of the option [Every].
func (h *Handler) Every() int { return int(h.opts.every) }

// Repeat returns the value of the option [Repeat].
func (h *Handler) Repeat() int { return int(h.opts.repeat) }

// Limit returns the value of the option [Limit], 0 for none.
func (h *Handler) Limit() int { return int(h.opts.limit) }

// Conditional reports whether the handler has a predicate ([When]).
func (h *Handler) Conditional() bool { return h.opts.when != nil }

// Hidden reports whether the handler is to be left out of displays.
func (h *Handler) Hidden() bool { return h.opts.hidden }

// Seen returns the number of emissions that the handler has counted, those
// included at which it did not call.
func (h *Handler) Seen() uint64 { return h.seen.Load() }

// Base returns the number of emissions of its event before the handler
// subscribed.
func (h *Handler) Base() uint64 { return h.base }

// Calls returns the number of calls of the callback, one in progress included.
func (h *Handler) Calls() uint64 {
	if h.plain {
		return h.seen.Load()
	}
	return h.calls.Load()
}

// Made returns the number of calls that have been made and are over. On an
// emitter without an owner it is the same as Calls.
func (h *Handler) Made() uint64 {
	busy := h.busy.Load()
	return h.Calls() - uint64(max(busy, 0))
}

// Unsubscribe ends the subscription: no call begins after it returns, but for
// calls that another goroutine is just about to begin. A second call does
// nothing. The handler keeps its counters.
func (h *Handler) Unsubscribe() {
	if h.gone.CompareAndSwap(false, true) {
		h.topic.remove(h)
	}
}

// due counts an emission and tells how many calls it asks for. It panics if
// the predicate does.
func (h *Handler) due() uint64 {
	if n := h.seen.Add(1); !h.opts.atEvery(n) {
		return 0
	}
	if h.spent() {
		return 0
	}
	if h.opts.when != nil && !h.opts.when() {
		return 0
	}
	return h.opts.repeat
}

func (h *Handler) spent() bool {
	return h.opts.limit != 0 && h.calls.Load() >= h.opts.limit
}

// claim counts a call that is about to be made, and reports whether it may be.
func (h *Handler) claim() bool {
	if h.gone.Load() {
		return false
	}
	if h.opts.limit == 0 {
		h.calls.Add(1)
		return true
	}
	for {
		n := h.calls.Load()
		if n >= h.opts.limit {
			return false
		}
		if h.calls.CompareAndSwap(n, n+1) {
			return true
		}
	}
}
