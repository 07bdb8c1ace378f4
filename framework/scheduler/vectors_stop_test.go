package scheduler_test

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// stopScenarios are those about Stop.
func stopScenarios() map[string]func(*rig) {
	withError := func(policy scheduler.Action) func(*rig) {
		return func(r *rig) {
			r.sequential().hear(r.s, "on_stop", r.cb("on_stop"))
			r.start(func() { r.s.StopWith("m", customError{"e"}) })
			r.run(scheduler.ExceptionPolicy(policy))
		}
	}
	return map[string]func(*rig){
		"stop_with_exception_continue": withError(scheduler.Continue),
		"stop_with_exception_end":      withError(scheduler.End),
		"stop_as_callback": func(r *rig) {
			r.processes(1)
			t := newTask(r, "T", double)
			r.start(func() { t.Submit(1) })
			t.OnResult.Do(func(scheduler.Result[int]) { r.s.Stop() })
			r.hear(r.s, "on_stop", r.cb("on_stop"))
			r.run(scheduler.KeepRunning())
		},
		"stop_from_other_thread": func(r *rig) {
			r.sequential().start(func() { time.AfterFunc(seconds(0.1), r.s.Stop) })
			r.run(scheduler.KeepRunning(), scheduler.Timeout(time.Second))
		},
		"stop_from_result_wait_false": func(r *rig) {
			r.processes(1)
			a, b := newTask(r, "A", sleepRet), newTask(r, "B", sleepRet)
			for _, ev := range r.s.Emitter().Events() {
				r.hear(r.s, ev.Name, r.cb(ev.Name))
			}
			for _, ev := range b.Emitter().Events() {
				r.hear(b, ev.Name, r.cb("B."+ev.Name))
			}
			r.start(func() { a.Submit(0); b.Submit(5); b.Submit(5) })
			r.hear(a, "on_result", r.cb("stop", r.s.Stop))
			r.run(scheduler.KillAtEnd(), scheduler.CancellationPolicy(scheduler.Continue))
		},
		"stop_from_start": func(r *rig) {
			r.sequential().logAll()
			r.hear(r.s, "on_start", r.cb("stop", r.s.Stop))
			r.run()
		},
		"stop_message_args": func(r *rig) {
			r.sequential().hear(r.s, "on_stop", r.cb("on_stop"))
			h := r.hear(r.s, "on_start", r.cb("st", r.s.Stop))
			r.run()
			h.Unsubscribe()
			r.start(func() { r.s.StopWith("bye", nil) })
			r.run()
		},
		"stop_not_running": func(r *rig) {
			r.sequential().s.Stop()
			r.run()
		},
		"stop_then_submit": func(r *rig) {
			r.sequential()
			t := newTask(r, "T", double)
			r.start(func() {
				r.s.Stop()
				_, err := t.Submit(1)
				r.log("submit: raised " + errName(err))
			})
			r.run()
		},
		"stop_twice": func(r *rig) {
			r.sequential().hear(r.s, "on_stop", r.cb("on_stop"))
			r.start(func() {
				r.s.StopWith("first", nil)
				r.s.StopWith("second", nil)
			})
			r.run()
		},
	}
}

// later puts fn off, which works in the scenario.
func (r *rig) later(s float64, fn func()) *scheduler.Timer {
	timer, err := r.s.CallLater(seconds(s), fn)
	require.NoError(r.t, err)
	return timer
}

// timeoutScenarios are those about time: the run's and timers.
func timeoutScenarios() map[string]func(*rig) {
	failing := func(policy scheduler.Action) func(*rig) {
		return func(r *rig) {
			r.sequential()
			if policy == scheduler.Raise {
				r.hear(r.s, "on_stop", r.cb("on_stop"))
			}
			r.start(func() { r.later(0.1, func() { panic(customError{"boom"}) }) })
			r.run(scheduler.Timeout(seconds(0.4)), scheduler.KeepRunning(), scheduler.ExceptionPolicy(policy))
		}
	}
	slow := func(on func(r *rig, n int) *rig, work float64, opts ...scheduler.RunOption) func(*rig) {
		return func(r *rig) {
			on(r, 1)
			t := newTask(r, "T", sleepRet)
			r.logAll()
			r.start(func() { t.Submit(work) })
			r.run(append(opts, scheduler.Timeout(seconds(0.2)))...)
		}
	}
	return map[string]func(*rig){
		"call_later_exception_continue": failing(scheduler.Continue),
		"call_later_exception_raise":    failing(scheduler.Raise),
		"timeout_wait_true":             slow((*rig).processes, 0.6),
		"timeout_wait_false":            slow((*rig).processes, 5, scheduler.KillAtEnd()),
		"timeout_wait_false_threads":    slow((*rig).threads, 0.8, scheduler.KillAtEnd()),
		"call_later_cancelled": func(r *rig) {
			r.sequential().start(func() { r.later(0.1, func() { r.call("a") }).Cancel() })
			r.run(scheduler.Timeout(seconds(0.3)), scheduler.KeepRunning())
		},
		"call_later_does_not_keep_alive": func(r *rig) {
			r.sequential().start(func() { r.later(0.2, func() { r.call("a") }) })
			r.run()
		},
		"call_later_from_other_thread": func(r *rig) {
			r.sequential().start(func() {
				elsewhere(func() {
					if _, err := r.s.CallLater(0, func() { r.call("f") }); err != nil {
						r.log("thread call_later: raised " + errName(err))
						return
					}
					r.log("thread call_later: ok")
				})
			})
			r.run()
		},
		"call_later_not_running": func(r *rig) {
			_, err := r.sequential().s.CallLater(0, func() {})
			r.log("call_later: raised " + errName(err))
		},
		"call_later_order": func(r *rig) {
			r.sequential().start(func() {
				r.later(0.3, func() { r.call("stop"); r.s.Stop() })
				r.later(0.2, func() { r.call("b") })
				r.later(0.1, func() { r.call("a", "x", verbatim("k=1")) })
			})
			r.run(scheduler.KeepRunning())
		},
		"late_result_unguarded_resubmit": func(r *rig) {
			r.processes(1)
			t := newTask(r, "T", sleepRet)
			r.start(func() { t.Submit(0.5) })
			r.hear(t, "on_result", r.cb("res", func() {
				_, err := t.Submit(0.5)
				r.log("resubmit: raised " + errName(err))
			}))
			r.run(scheduler.Timeout(seconds(0.1)))
		},
		"timeout_idle": func(r *rig) {
			r.sequential().logAll()
			r.run(scheduler.Timeout(seconds(0.2)), scheduler.KeepRunning())
		},
		"timeout_not_reached": func(r *rig) {
			r.processes(1)
			t := newTask(r, "T", double)
			r.start(func() { t.Submit(1) })
			r.run(scheduler.Timeout(seconds(5)))
		},
		"timeout_sequential_blocks": func(r *rig) {
			r.sequential()
			t := newTask(r, "T", sleepRet)
			r.start(func() { t.Submit(0.5) })
			r.run(scheduler.Timeout(seconds(0.1)))
		},
		"timeout_submit_after": func(r *rig) {
			r.processes(1)
			t := newTask(r, "T", sleepRet)
			r.start(func() { t.Submit(0.05) })
			r.hear(r.s, "on_future_done", r.cb("again", func() {
				if r.s.Running() {
					t.Submit(0.05)
				}
			}))
			r.run(scheduler.Timeout(seconds(0.4)))
		},
	}
}
