package scheduler_test

import (
	"sync"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// elsewhere runs fn on another goroutine and waits for it.
func elsewhere(fn func()) {
	var wg sync.WaitGroup
	wg.Go(fn)
	wg.Wait()
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// fullTrace is one task with callbacks on every event.
func fullTrace(r *rig) {
	t := newTask(r, "T", double)
	r.logAll()
	r.hear(r.s, "on_start", r.cb("submit", func() { t.Submit(21) }))
	r.run()
}

// runScenarios are those about a run as a whole.
func runScenarios() map[string]func(*rig) {
	return map[string]func(*rig){
		"one_task_full_trace":           func(r *rig) { fullTrace(r.sequential()) },
		"one_task_full_trace_processes": func(r *rig) { fullTrace(r.processes(1)) },
		"run_nothing_sequential":        func(r *rig) { r.sequential().logAll(); r.run() },
		"run_nothing_to_do":             func(r *rig) { r.processes(1).logAll(); r.run() },
		"hidden_on_empty_accumulates": func(r *rig) {
			r.sequential()
			watched := len(r.s.Emitter().Events()[0].Handlers)
			for range 3 {
				r.run()
			}
			status, err := r.s.Emitter().Lookup("on_empty")
			require.NoError(r.t, err)
			r.results["n_on_empty_handlers"] = len(status.Handlers) - watched
		},
		"queue_state_by_event": func(r *rig) {
			r.sequential()
			t := newTask(r, "T", double)
			look := func() {
				r.logf("S.queue=%d T.queue=%d T.n_running=%d", r.s.Len(), len(t.Queue()), t.Running())
			}
			r.start(func() { t.Submit(1) })
			for _, ev := range []string{"on_future_submitted", "on_future_done", "on_future_result"} {
				r.hear(r.s, ev, r.cb(ev, look))
			}
			for _, ev := range []string{"on_submitted", "on_done", "on_result"} {
				r.hear(t, ev, r.cb("T."+ev, look))
			}
			r.run()
		},
		"rerun_processes_with_work": func(r *rig) {
			r.processes(1)
			t := newTask(r, "T", double)
			r.start(func() { t.Submit(1) })
			r.run()
			r.run()
			r.run()
		},
		"rerun_sequential_with_work": func(r *rig) {
			r.sequential()
			t := newTask(r, "T", double)
			r.start(func() { t.Submit(1) })
			r.run()
			r.run()
		},
		"run_while_running": func(r *rig) {
			r.sequential().start(func() {
				_, err := r.s.Run(r.t.Context())
				r.log("inner run: raised " + errName(err))
			})
			r.run()
		},
		"running_flag_by_event": func(r *rig) {
			r.sequential()
			r.log("before: " + python(r.s.Running()))
			for _, ev := range []string{"on_start", "on_empty", "on_finishing", "on_finished"} {
				r.hear(r.s, ev, r.cb(ev, func() { r.log("running=" + python(r.s.Running())) }))
			}
			r.run()
			r.log("after: " + python(r.s.Running()))
		},
		"seed_ex_every_five_runs": func(r *rig) {
			r.processes(1).hear(r.s, "on_start", r.cb("cb"), event.Every(2))
			for range 5 {
				r.run()
			}
		},
		"seed_ex_limit": func(r *rig) {
			r.processes(2)
			square := task.New("square", double)
			again := func() { scheduler.Submit(r.s, square, 2) }
			r.hear(r.s, "on_start", r.cb("submit_calculations", again))
			r.hear(r.s, "on_future_result", r.cb("print_result", again), event.Limit(3))
			r.run()
		},
		"seed_ex_repeat": func(r *rig) {
			r.processes(2)
			t := newTask(r, "T", double)
			r.hear(r.s, "on_start", r.cb("on_start", func() { t.Submit(1) }), event.Repeat(2))
			r.run()
		},
		"seed_ex_when": func(r *rig) {
			r.processes(1)
			locale := "English"
			is := func(l string) event.Option { return event.When(func() bool { return locale == l }) }
			r.hear(r.s, "on_start", r.cb("hello"), is("English"))
			r.hear(r.s, "on_start", r.cb("tag"), is("German"))
			r.run()
		},
		"start_many_callbacks": func(r *rig) {
			r.sequential().hear(r.s, "on_start", r.cb("a"))
			r.hear(r.s, "on_start", r.cb("b"), event.Repeat(2))
			r.hear(r.s, "on_start", r.cb("c"))
			r.run()
		},
		"two_futures_sequential_order": func(r *rig) {
			r.sequential()
			t := newTask(r, "T", double)
			r.logAll()
			r.hear(r.s, "on_start", r.cb("submit", func() { t.Submit(1); t.Submit(2) }))
			r.run()
		},
		"two_futures_two_processes": func(r *rig) {
			r.processes(1)
			t := newTask(r, "T", double)
			r.hear(t, "on_result", r.cb("res"))
			r.hear(r.s, "on_start", r.cb("submit", func() {
				for i := range 4 {
					t.Submit(i + 1)
				}
			}))
			r.run()
		},
		"two_results_same_loop_turn": func(r *rig) {
			r.sequential()
			t := newTask(r, "T", double)
			r.hear(r.s, "on_future_result", r.cb("sres"))
			r.hear(t, "on_result", r.cb("tres"))
			r.start(func() { t.Submit(1); t.Submit(2) })
			r.run()
		},
		"submit_before_run": func(r *rig) {
			r.sequential()
			def := task.New("f", double)
			t := newTask(r, "T", double)
			_, err := scheduler.Submit(r.s, def, 1)
			r.log("S.submit: raised " + errName(err))
			_, err = t.Submit(1)
			r.log("T.submit: raised " + errName(err))
			r.run()
			_, err = t.Submit(1)
			r.log("T.submit after: raised " + errName(err))
		},
		"submit_from_other_thread": func(r *rig) {
			r.processes(1)
			t := newTask(r, "T", double)
			r.start(func() {
				elsewhere(func() {
					if _, err := t.Submit(1); err != nil {
						r.log("thread submit: raised " + errName(err))
						return
					}
					r.log("thread submit: ok")
				})
			})
			r.run()
		},
	}
}
