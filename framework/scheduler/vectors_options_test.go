package scheduler_test

import (
	"fmt"

	"github.com/signalbox-go/signalbox/framework/event"
)

// emissions emits 1, 2 … n to a callback cb with those options.
func emissions(n int, opts ...event.Option) func(*rig) {
	return func(r *rig) {
		ev := event.New[int]("e")
		em := r.bare(ev)
		event.On(em, ev, val[int](r, "cb"), opts...)
		for i := range n {
			event.Emit(em, ev, i+1)
		}
	}
}

// answers returns a predicate that is told, and gives these answers in turn.
func (r *rig) answers(yes ...bool) func() bool {
	i := -1
	return func() bool {
		i++
		r.log("when")
		return yes[i]
	}
}

// optionScenarios are those about when and how often a callback is called.
func optionScenarios() map[string]func(*rig) {
	e := event.NewSignal("e")
	return map[string]func(*rig){
		"emit_every_2_of_5":             emissions(5, event.Every(2)),
		"emit_every_3_of_10":            emissions(10, event.Every(3)),
		"emit_every_2_repeat_2_limit_3": emissions(8, event.Every(2), event.Repeat(2), event.Limit(3)),
		"emit_repeat_3_limit_5":         emissions(6, event.Repeat(3), event.Limit(5)),
		"emit_decorator_hidden_dropped": func(r *rig) {
			em := r.bare(e)
			h := event.SignalSubscriberOf(em, e).Do(r.sig("cb"), event.Hidden())
			event.EmitSignal(em, e)
			r.results["hidden_flags"] = []bool{h.Hidden()}
		},
		"emit_decorator_return_value": func(r *rig) {
			sub := event.SignalSubscriberOf(r.bare(e), e)
			kind := func(v any) string {
				if _, ok := v.(*event.Handler); ok {
					return "handler"
				}
				return fmt.Sprintf("%T", v)
			}
			r.results["r1"] = kind(sub.Do(func() {}))
			r.results["r2"] = kind(sub.Do(func() {}, event.Limit(1)))
		},
		"emit_every_before_when": func(r *rig) {
			ev := event.New[int]("e")
			em := r.bare(ev)
			event.On(em, ev, val[int](r, "cb"), event.Every(2), event.When(r.answers(false, true, true)))
			for i := range 6 {
				event.Emit(em, ev, i+1)
			}
		},
		"emit_invalid_options": func(r *rig) {
			em := event.NewEmitter("E")
			r.em = em
			em.Add(e)
			for _, o := range []struct {
				name   string
				option func(int) event.Option
				n      int
			}{
				{"repeat", event.Repeat, 0}, {"repeat", event.Repeat, -1}, {"every", event.Every, 0},
				{"every", event.Every, -2}, {"limit", event.Limit, 0}, {"limit", event.Limit, -1},
			} {
				r.logf("%s=%d panic: %v", o.name, o.n, caught(func() { event.OnSignal(em, e, func() {}, o.option(o.n)) }))
			}
			r.results["n_handlers"] = len(em.Events()[0].Handlers)
		},
		"emit_limit_zero": func(r *rig) {
			em := r.bare(e)
			r.logf("limit=0 panic: %v", caught(func() { event.OnSignal(em, e, r.sig("cb"), event.Limit(0)) }))
			r.logf("limit=-1 panic: %v", caught(func() { event.OnSignal(em, e, r.sig("cbneg"), event.Limit(-1)) }))
			for range 3 {
				event.EmitSignal(em, e)
			}
		},
		"emit_repeat_3": func(r *rig) {
			em := r.bare(e)
			event.OnSignal(em, e, r.sig("a"), event.Repeat(3))
			event.OnSignal(em, e, r.sig("b"))
			event.EmitSignal(em, e)
			event.EmitSignal(em, e)
		},
		"emit_repeat_with_response": func(r *rig) {
			em := r.bare(e)
			event.OnSignal(em, e, r.sig("cb"), event.Repeat(3))
			r.try("emit", func() { event.EmitSignal(em, e) })
		},
		"emit_subscriber_options_ignored": func(r *rig) {
			em := r.bare(e)
			sub := event.SignalSubscriberOf(em, e, event.Limit(1), event.Every(2), event.Repeat(3))
			h := sub.Do(r.sig("cb"))
			for range 3 {
				sub.Emit()
			}
			r.results["handler"] = map[string]int{"limit": h.Limit(), "every": h.Every(), "repeat": h.Repeat()}
		},
		"emit_when_once_per_repeat": func(r *rig) {
			em := r.bare(e)
			event.OnSignal(em, e, r.sig("cb"), event.Repeat(3), event.When(r.answers(true, false)))
			event.EmitSignal(em, e)
			event.EmitSignal(em, e)
		},
		"handler_counters": func(r *rig) {
			em := r.bare(e)
			h := event.OnSignal(em, e, r.sig("cb"), event.Every(2), event.Repeat(2), event.Limit(3))
			for range 7 {
				event.EmitSignal(em, e)
			}
			r.results["n_calls_to_handler"], r.results["n_calls_to_callback"] = h.Seen(), h.Calls()
		},
	}
}
