package event

// Subscriber is one event of one emitter, made to be a field of the object
// that emits it. Copies are the same subscriber. The zero Subscriber must not
// be used; [SubscriberOf] makes one.
type Subscriber[T any] struct {
	t        *typed[T]
	defaults *options // nil for none
}

// SubscriberOf returns the subscriber for ev on src's emitter, to which the
// event becomes known. Options given here are the defaults of every
// subscription made through it.
func SubscriberOf[T any](src Source, ev Event[T], defaults ...Option) Subscriber[T] {
	return Subscriber[T]{t: topicOf[T](src.Emitter(), ev.name), defaults: defaultsOf(defaults)}
}

// Do has callback called when the event is emitted, and returns the handler.
func (s Subscriber[T]) Do(callback func(T), opts ...Option) *Handler {
	if callback == nil {
		panic("event: a callback is needed, not nil")
	}
	return s.t.subscribe(callback, callback, s.defaults, opts)
}

// Emit emits the event with value v.
func (s Subscriber[T]) Emit(v T) { s.t.emit(v) }

// Event returns the event.
func (s Subscriber[T]) Event() Event[T] { return Event[T]{name: s.t.ev} }

// Count returns how often the event was emitted.
func (s Subscriber[T]) Count() int { return int(s.t.count()) }

// Heard reports whether anybody is subscribed.
func (s Subscriber[T]) Heard() bool { return len(s.t.subscriptions()) > 0 }

// Emitter returns the emitter that the event belongs to.
func (s Subscriber[T]) Emitter() *Emitter { return s.t.em }

// SignalSubscriber is [Subscriber] for a signal.
type SignalSubscriber struct {
	t        *typed[none]
	defaults *options
}

// SignalSubscriberOf is [SubscriberOf] for a signal.
func SignalSubscriberOf(src Source, sig Signal, defaults ...Option) SignalSubscriber {
	return SignalSubscriber{t: topicOf[none](src.Emitter(), sig.name), defaults: defaultsOf(defaults)}
}

// Do has callback called when the signal is emitted, and returns the handler.
func (s SignalSubscriber) Do(callback func(), opts ...Option) *Handler {
	if callback == nil {
		panic("event: a callback is needed, not nil")
	}
	return s.t.subscribe(func(none) { callback() }, callback, s.defaults, opts)
}

// Emit emits the signal.
func (s SignalSubscriber) Emit() { s.t.emit(none{}) }

// Event returns the signal.
func (s SignalSubscriber) Event() Signal { return Signal{name: s.t.ev} }

// Count returns how often the signal was emitted.
func (s SignalSubscriber) Count() int { return int(s.t.count()) }

// Heard reports whether anybody is subscribed.
func (s SignalSubscriber) Heard() bool { return len(s.t.subscriptions()) > 0 }

// Emitter returns the emitter that the signal belongs to.
func (s SignalSubscriber) Emitter() *Emitter { return s.t.em }

// Deliver emits s with value v for the owner of its emitter: at once, on the
// calling goroutine. It panics if s belongs to another emitter.
func Deliver[T any](by Delivery, s Subscriber[T], v T) {
	by.mustOwn(s.t.em)
	s.t.deliver(v)
}

// DeliverSignal is [Deliver] for a signal.
func DeliverSignal(by Delivery, s SignalSubscriber) {
	by.mustOwn(s.t.em)
	s.t.deliver(none{})
}

func (d Delivery) mustOwn(em *Emitter) {
	if d.em != em {
		panic("event: emitter " + em.Name() + " belongs to somebody else")
	}
}
