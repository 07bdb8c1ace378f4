package event

import (
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
)

// topic is one event on one emitter, whatever the type of its value.
type topic interface {
	name() string
	valueType() reflect.Type
	count() uint64
	list() []*Handler
	remove(*Handler)
	failed(*Handler, error)
	subscribeAny(fn func(any), opts []Option) *Handler
	emitDecoded(decode func(into any) error, origin any) error
	follow(n uint64, decode func(into any) error) error
	setCount(n uint64)
	emitter() *Emitter
}

// typed is a topic with the type of its value.
type typed[T any] struct {
	em      *Emitter
	ev      string
	owned   bool // em has an owner
	emitted atomic.Uint64

	mu       sync.Mutex // held while subscriptions is replaced
	handlers atomic.Pointer[[]subscription[T]]
}

// subscription is a handler with its callback, side by side so that an
// emission reads one piece of memory.
type subscription[T any] struct {
	h  *Handler
	fn func(T)
}

func (t *typed[T]) emitter() *Emitter       { return t.em }
func (t *typed[T]) name() string            { return t.ev }
func (t *typed[T]) valueType() reflect.Type { return reflect.TypeFor[T]() }
func (t *typed[T]) count() uint64           { return t.emitted.Load() }

func (t *typed[T]) subscriptions() []subscription[T] {
	if p := t.handlers.Load(); p != nil {
		return *p
	}
	return nil
}

func (t *typed[T]) list() []*Handler {
	subs := t.subscriptions()
	out := make([]*Handler, len(subs))
	for i, s := range subs {
		out[i] = s.h
	}
	return out
}

// subscribe adds fn. from is the function that the user wrote, which for a
// signal or an untyped subscription is not fn.
func (t *typed[T]) subscribe(fn func(T), from any, defaults *options, opts []Option) *Handler {
	h := &Handler{opts: collect(defaults, opts), topic: t, callback: callbackOf(from)}
	h.plain = h.opts.plain() && !t.em.mirror // which counts calls by emissions

	t.mu.Lock()
	h.order = t.em.nextOrder.Add(1) // within the lock: as in the list
	h.base = t.emitted.Load()
	next := append(slices.Clone(t.subscriptions()), subscription[T]{h, fn})
	t.handlers.Store(&next)
	t.mu.Unlock()

	t.em.subscribed(h)
	return h
}

func (t *typed[T]) subscribeAny(fn func(any), opts []Option) *Handler {
	if fn == nil {
		panic("event: a callback is needed, not nil")
	}
	if _, isSignal := any(t).(*typed[none]); isSignal {
		return t.subscribe(func(T) { fn(nil) }, fn, nil, opts)
	}
	return t.subscribe(func(v T) { fn(v) }, fn, nil, opts)
}

func (t *typed[T]) remove(h *Handler) {
	t.mu.Lock()
	defer t.mu.Unlock()
	next := slices.DeleteFunc(slices.Clone(t.subscriptions()), func(s subscription[T]) bool { return s.h == h })
	t.handlers.Store(&next)
	if t.em.owner != nil {
		t.em.owner.Changed(t.em)
	}
}

// emit is what users call: through the owner's queue where there is one. It is
// small enough to be inlined, as what it calls is not.
func (t *typed[T]) emit(v T) {
	if t.owned {
		t.enqueue(v)
		return
	}
	t.emitted.Add(1)
	if subs := t.handlers.Load(); subs != nil {
		callEach(*subs, v)
	}
}

func (t *typed[T]) enqueue(v T) {
	t.em.owner.Enqueue(Emission{Emitter: t.em, Occurrences: []Occurred{occurred(t.ev, v)}, deliver: func() { t.deliver(v) }})
}

func callEach[T any](subs []subscription[T], v T) {
	for i := range subs {
		subs[i].call(v)
	}
}

func (s *subscription[T]) call(v T) {
	h := s.h
	if h.plain {
		if !h.gone.Load() {
			h.seen.Add(1)
			s.fn(v)
		}
		return
	}
	if h.gone.Load() {
		return
	}
	for range h.due() {
		if !h.claim() {
			return
		}
		s.fn(v)
	}
}

// deliver emits on the calling goroutine on behalf of the owner.
func (t *typed[T]) deliver(v T) {
	t.emitted.Add(1)
	for _, s := range t.subscriptions() {
		s.callGuarded(v)
	}
}

// callGuarded is call for an owned emitter: a panic goes to the owner and ends
// the repetitions of this handler, not the emission.
func (s *subscription[T]) callGuarded(v T) {
	h := s.h
	if h.gone.Load() {
		return
	}
	if h.plain {
		h.seen.Add(1)
		h.busy.Add(1) // after the count, so that Made never falls below zero
		s.guard(v)
		return
	}
	for range h.dueGuarded() {
		if !h.claim() {
			return
		}
		h.busy.Add(1)
		if !s.guard(v) {
			return
		}
	}
}

func (s *subscription[T]) guard(v T) (ok bool) {
	defer s.h.settle()
	s.fn(v)
	return true
}

func (h *Handler) dueGuarded() (n uint64) {
	defer func() {
		if v := recover(); v != nil {
			h.topic.failed(h, newPanicError(h, "predicate", v))
		}
	}()
	return h.due()
}

// settle ends a guarded call. It is deferred.
func (h *Handler) settle() {
	v := recover()
	h.busy.Add(-1)
	if v != nil {
		h.topic.failed(h, newPanicError(h, "callback", v))
	}
}

func (t *typed[T]) failed(h *Handler, err error) { t.em.owner.Failed(h, err) }
