package event

import (
	"cmp"
	"fmt"
	"slices"
)

// On has callback called when ev is emitted on src's emitter, and returns the
// handler.
func On[T any](src Source, ev Event[T], callback func(T), opts ...Option) *Handler {
	return SubscriberOf(src, ev).Do(callback, opts...)
}

// OnSignal is [On] for a signal.
func OnSignal(src Source, sig Signal, callback func(), opts ...Option) *Handler {
	return SignalSubscriberOf(src, sig).Do(callback, opts...)
}

// Emit emits ev with value v on src's emitter.
func Emit[T any](src Source, ev Event[T], v T) { topicOf[T](src.Emitter(), ev.name).emit(v) }

// EmitSignal is [Emit] for a signal.
func EmitSignal(src Source, sig Signal) { topicOf[none](src.Emitter(), sig.name).emit(none{}) }

// Occurrence is an event together with its value, for [EmitMany].
type Occurrence interface {
	on(*Emitter) pending
	occurred() Occurred
}

// pending is an occurrence on its emitter, ready to be counted and called.
type pending struct {
	count func()
	calls func() []call
}

type call struct {
	order   uint64
	make    func()
	guarded func()
}

type occurrence[T any] struct {
	name  string
	value T
}

// Of returns the occurrence of ev with value v.
func Of[T any](ev Event[T], v T) Occurrence { return occurrence[T]{ev.name, v} }

// OfSignal returns the occurrence of sig.
func OfSignal(sig Signal) Occurrence { return occurrence[none]{name: sig.name} }

func (o occurrence[T]) occurred() Occurred { return occurred(o.name, o.value) }

func (o occurrence[T]) on(em *Emitter) pending {
	t := topicOf[T](em, o.name)
	return pending{
		count: func() { t.emitted.Add(1) },
		calls: func() []call {
			subs := t.subscriptions()
			out := make([]call, len(subs))
			for i := range subs {
				s := &subs[i]
				out[i] = call{s.h.order, func() { s.call(o.value) }, func() { s.callGuarded(o.value) }}
			}
			return out
		},
	}
}

// EmitMany emits several events together: all are counted first, then the
// handlers of all of them are called by order of subscription, so that none is
// favoured. The events may have different types.
func EmitMany(src Source, occurrences ...Occurrence) {
	em := src.Emitter()
	all := make([]pending, len(occurrences))
	for i, o := range occurrences {
		if o == nil {
			panic(fmt.Sprintf("event: EmitMany on emitter %s: occurrence %d is nil", em.title, i+1))
		}
		all[i] = o.on(em)
	}
	if em.owner != nil {
		e := Emission{Emitter: em, deliver: func() { emitMany(all, func(c call) { c.guarded() }) }}
		for _, o := range occurrences {
			e.Occurrences = append(e.Occurrences, o.occurred())
		}
		em.owner.Enqueue(e)
		return
	}
	emitMany(all, func(c call) { c.make() })
}

func emitMany(all []pending, do func(call)) {
	for _, p := range all {
		p.count()
	}
	var calls []call
	for _, p := range all {
		calls = append(calls, p.calls()...)
	}
	slices.SortStableFunc(calls, func(a, b call) int { return cmp.Compare(a.order, b.order) })
	for _, c := range calls {
		do(c)
	}
}
