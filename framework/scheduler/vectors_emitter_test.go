package scheduler_test

import (
	"fmt"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
)

// Events of the scenarios about a bare emitter.
type pair struct {
	A int
	B string
}

// bare makes the scenario's emitter E, to which these events are known.
func (r *rig) bare(known ...event.Any) *event.Emitter {
	r.em = event.NewEmitter("E")
	r.em.Add(known...)
	r.watch("E", r.em)
	return r.em
}

// sig returns a callback of a signal that is told and then acts.
func (r *rig) sig(name string, act ...func()) func() {
	cb := r.cb(name, act...)
	return func() { cb(nil) }
}

// val returns a callback that is told with the event's value.
func val[T any](r *rig, name string) func(T) {
	cb := r.cb(name)
	return func(v T) { cb(v) }
}

// try tells how an emission went.
func (r *rig) try(what string, emit func()) {
	if v := caught(emit); v != nil {
		r.log(what + ": raised " + raised(v))
		return
	}
	r.log(what + ": ok")
}

// emitterScenarios are those about order, nesting and failure.
func emitterScenarios() map[string]func(*rig) {
	e, a, b, c := event.NewSignal("e"), event.NewSignal("a"), event.NewSignal("b"), event.NewSignal("c")
	number := event.New[int]("e")
	return map[string]func(*rig){
		"emit_basic_order": func(r *rig) {
			ev := event.New[pair]("e")
			em := r.bare(ev)
			for _, name := range []string{"cb1", "cb2", "cb3"} {
				event.On(em, ev, val[pair](r, name))
			}
			event.Emit(em, ev, pair{1, "x"})
			event.Emit(em, ev, pair{1, "x"})
		},
		"emit_exception_in_when": func(r *rig) {
			em := r.bare(e)
			event.OnSignal(em, e, r.sig("cb1"), event.When(func() bool { panic(customError{"when"}) }))
			event.OnSignal(em, e, r.sig("cb2"))
			r.try("emit", func() { event.EmitSignal(em, e) })
		},
		"emit_exception_stops_later_handlers": func(r *rig) {
			em := r.bare(e)
			fail := true
			event.OnSignal(em, e, r.sig("cb1"))
			event.OnSignal(em, e, r.sig("cb2", func() {
				if fail {
					fail = false
					panic(customError{"once"})
				}
			}), event.Limit(1))
			event.OnSignal(em, e, r.sig("cb3"))
			for i := range 3 {
				r.try(fmt.Sprintf("emit%d", i+1), func() { event.EmitSignal(em, e) })
			}
		},
		"emit_hidden_called": func(r *rig) {
			em := r.bare(e)
			ha := event.OnSignal(em, e, r.sig("a"), event.Hidden())
			hb := event.OnSignal(em, e, r.sig("b"))
			event.EmitSignal(em, e)
			r.results["hidden_flags"] = []bool{ha.Hidden(), hb.Hidden()}
		},
		"emit_many_counts_and_options": func(r *rig) {
			em := event.NewEmitter("E")
			r.em = em
			event.OnSignal(em, a, r.sig("a1"), event.Every(2))
			event.OnSignal(em, b, r.sig("b1"), event.Limit(1))
			for range 3 {
				r.log("emit_many a,b,c")
				event.EmitMany(em, event.OfSignal(a), event.OfSignal(b), event.OfSignal(c))
			}
		},
		"emit_many_registered_order": func(r *rig) {
			type keyed struct {
				A int
				K verbatim
			}
			a, b := event.New[keyed]("a"), event.New[int]("b")
			em := event.NewEmitter("E")
			r.em = em
			event.On(em, a, val[keyed](r, "a1"))
			event.On(em, b, val[int](r, "b1"))
			event.On(em, a, val[keyed](r, "a2"))
			event.On(em, b, val[int](r, "b2"))
			r.log("emit_many b,a")
			event.EmitMany(em, event.Of(b, 2), event.Of(a, keyed{1, "k=9"}))
		},
		"emit_nested": func(r *rig) {
			em := r.bare(a, b, c)
			event.OnSignal(em, a, r.sig("a1", func() { event.EmitSignal(em, b) }))
			event.OnSignal(em, a, r.sig("a2"))
			event.OnSignal(em, b, r.sig("b1", func() { event.EmitSignal(em, c) }))
			event.OnSignal(em, b, r.sig("b2"))
			event.OnSignal(em, c, r.sig("c1"))
			event.EmitSignal(em, a)
		},
		"emit_no_handlers": func(r *rig) {
			em := r.bare(e)
			event.EmitSignal(em, e)
			event.EmitSignal(em, e)
			known := []string{}
			for _, s := range em.Events() {
				known = append(known, s.Name)
			}
			r.results["known_events"] = known
		},
		"emit_recursive_limit": func(r *rig) {
			em := r.bare(e)
			depth := 0
			event.OnSignal(em, e, r.sig("cb", func() {
				if depth++; depth < 5 {
					event.EmitSignal(em, e)
				}
			}), event.Limit(2))
			event.EmitSignal(em, e)
			event.EmitSignal(em, e)
		},
		"emit_register_during_emit": func(r *rig) {
			em := r.bare(number)
			first := true
			event.On(em, number, func(n int) {
				r.call("cb1", n)
				if first {
					first = false
					event.On(em, number, val[int](r, "cb2"))
				}
			})
			event.Emit(em, number, 1)
			event.Emit(em, number, 2)
		},
		"emit_register_other_event_during_emit": func(r *rig) {
			em := r.bare(a, b)
			event.OnSignal(em, a, r.sig("cb1", func() { event.OnSignal(em, b, r.sig("cb2")) }))
			event.EmitSignal(em, b)
			event.EmitSignal(em, a)
			event.EmitSignal(em, b)
		},
		"emit_return_value": func(r *rig) {
			em := r.bare(e)
			event.OnSignal(em, e, r.sig("cb"))
			event.EmitSignal(em, e)
			r.results["r"] = nil // Emit has no result
		},
		"emit_same_callback_twice": func(r *rig) {
			em := r.bare(e)
			cb := r.sig("cb")
			event.OnSignal(em, e, cb)
			event.OnSignal(em, e, cb)
			event.EmitSignal(em, e)
		},
		"event_identity_by_name": func(r *rig) {
			one, two := event.NewSignal("e"), event.NewSignal("e")
			em := r.bare(one)
			event.OnSignal(em, one, r.sig("cb"))
			event.EmitSignal(em, two)
			byEvent := map[event.Signal]bool{one: true}
			count, err := em.Count("e")
			require.NoError(r.t, err)
			r.results["eq"], r.results["same_hash"], r.results["eq_str"] = one == two, byEvent[two], one.Name() == "e"
			r.results["count_by_event"] = event.SignalSubscriberOf(em, two).Count()
			r.results["count_by_str"] = count
		},
		"event_independent_emitters": func(r *rig) {
			one, two := event.NewEmitter("E1"), event.NewEmitter("E2")
			for label, em := range map[string]*event.Emitter{"E1": one, "E2": two} {
				em.Add(e)
				r.watch(label, em)
			}
			event.OnSignal(one, e, r.sig("cb1"))
			event.OnSignal(two, e, r.sig("cb2"))
			event.EmitSignal(one, e)
			r.results["E1"] = event.SignalSubscriberOf(one, e).Count()
			r.results["E2"] = event.SignalSubscriberOf(two, e).Count()
		},
	}
}
