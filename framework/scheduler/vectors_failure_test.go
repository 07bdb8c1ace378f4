package scheduler_test

import (
	"context"

	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// policies are those of the scenarios' names.
func policies() map[string]scheduler.Action {
	return map[string]scheduler.Action{"raise": scheduler.Raise, "end": scheduler.End, "continue": scheduler.Continue}
}

// failureScenarios are those about errors of tasks.
func failureScenarios() map[string]func(*rig) {
	all := map[string]func(*rig){
		"result_none": func(r *rig) {
			r.sequential()
			t := newTask(r, "T", retNone)
			for _, ev := range []string{"on_submitted", "on_done", "on_result"} {
				r.hear(t, ev, r.cb("T."+ev))
			}
			r.start(func() { t.Submit(nothing{}) })
			r.run()
		},
	}
	failing := func(code func(context.Context, nothing) (nothing, error), policy scheduler.Action) func(*rig) {
		return func(r *rig) {
			r.sequential()
			t := newTask(r, "T", code)
			r.logAll()
			r.start(func() { t.Submit(nothing{}) })
			r.run(scheduler.ExceptionPolicy(policy))
		}
	}
	for name, policy := range policies() {
		all["task_exception_"+name] = failing(boom, policy)
		all["task_exception_"+name+"_pending"] = func(r *rig) {
			r.processes(1)
			a, b := newTask(r, "A", boom), newTask(r, "B", ident)
			r.hear(b, "on_result", r.cb("b"))
			r.hear(r.s, "on_finished", r.cb("finished"))
			r.start(func() { a.Submit(nothing{}); b.Submit(1); b.Submit(2) })
			r.run(scheduler.ExceptionPolicy(policy))
		}
	}
	all["task_base_exception_continue"] = failing(boomBase, scheduler.Continue)
	all["task_base_exception_raise"] = failing(boomBase, scheduler.Raise)
	return all
}

// mappingScenarios are those about policies with rules by kind of error.
func mappingScenarios() map[string]func(*rig) {
	mapped := func(rules ...scheduler.Rule) func(*rig) {
		return func(r *rig) {
			r.sequential()
			t := newTask(r, "T", boom)
			r.hear(r.s, "on_future_exception", r.cb("exc"))
			r.hear(r.s, "on_stop", r.cb("on_stop"))
			r.start(func() { t.Submit(nothing{}) })
			r.run(scheduler.ExceptionPolicy(rules...))
		}
	}
	custom, base, other := scheduler.ForErrorType[customError], scheduler.ForErrorType[baseCustomError], scheduler.ForErrorType[otherError]
	const invalid = scheduler.Action(9)
	return map[string]func(*rig){
		"map_empty":                  mapped(),
		"map_exact_end":              mapped(custom(scheduler.End)),
		"map_exact_raise":            mapped(custom(scheduler.Raise)),
		"map_invalid_base_exception": mapped(scheduler.ForError(nil, scheduler.Raise)),
		"map_invalid_value":          mapped(custom(invalid)),
		"map_missing_defaults_raise": mapped(other(scheduler.Continue)),
		"map_order_base_first":       mapped(base(scheduler.End), custom(scheduler.Raise)),
		"map_order_sub_first":        mapped(custom(scheduler.Continue), base(scheduler.Raise)),
	}
}

// cancelScenarios are those about cancelled futures.
func cancelScenarios() map[string]func(*rig) {
	waiting := func(opts ...scheduler.RunOption) func(*rig) {
		return func(r *rig) {
			r.processes(1)
			t := newTask(r, "T", ident)
			r.logAll()
			r.start(func() {
				t.Submit(1)
				g, err := t.Submit(2)
				if err == nil {
					g.Cancel()
				}
			})
			r.run(opts...)
		}
	}
	return map[string]func(*rig){
		"cancel_future_continue": waiting(scheduler.CancellationPolicy(scheduler.Continue)),
		"cancel_future_end":      waiting(scheduler.CancellationPolicy(scheduler.End)),
		"cancel_future_old":      waiting(),
		"cancel_running_future": func(r *rig) {
			r.processes(1)
			t := newTask(r, "T", sleepRet)
			r.logAll()
			r.start(func() {
				f, err := t.Submit(0.6)
				if err == nil {
					r.later(0.2, func() { f.Cancel() })
				}
			})
			r.run(scheduler.CancellationPolicy(scheduler.Continue))
		},
	}
}

// emptyScenarios are those about the queue becoming empty.
func emptyScenarios() map[string]func(*rig) {
	return map[string]func(*rig){
		"on_empty_counts_refills": func(r *rig) {
			r.sequential()
			t := newTask(r, "T", double)
			k := 0
			r.hear(r.s, "on_empty", r.cb("empty", func() {
				if k++; k <= 3 {
					t.Submit(k)
				} else {
					r.s.Stop()
				}
			}))
			r.run(scheduler.KeepRunning())
		},
		"on_empty_refill_end_on_empty_true": func(r *rig) {
			r.processes(1)
			t := newTask(r, "T", double)
			first := true
			r.hear(r.s, "on_empty", func(any) {
				if first {
					first = false
					r.call("refill")
					t.Submit(1)
				}
			})
			r.logAll()
			r.run()
		},
		"run_end_on_empty_after_default_run": func(r *rig) {
			r.sequential().run()
			r.run(scheduler.KeepRunning(), scheduler.Timeout(seconds(0.2)))
		},
		"submit_in_finished": func(r *rig) {
			r.sequential()
			t := newTask(r, "T", double)
			r.hear(r.s, "on_finished", r.cb("fin", func() {
				if _, err := t.Submit(1); err != nil {
					panic(err)
				}
			}))
			r.run()
		},
		"submit_in_finishing": func(r *rig) {
			r.processes(1)
			t := newTask(r, "T", double)
			r.logAll()
			r.hear(r.s, "on_finishing", r.cb("fin", func() {
				if _, err := t.Submit(1); err != nil {
					r.log("submit: raised " + errName(err))
				}
			}))
			r.run()
		},
	}
}
