package scheduler_test

import (
	"strings"

	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// callbackFailureScenarios are those in which a callback fails.
func callbackFailureScenarios() map[string]func(*rig) {
	all := map[string]func(*rig){
		"callback_exception_stops_others": func(r *rig) {
			r.sequential()
			t := newTask(r, "T", double)
			r.start(func() { t.Submit(1) })
			r.hear(r.s, "on_future_result", r.cb("bad", func() { panic(customError{"bad"}) }))
			r.hear(r.s, "on_future_result", r.cb("ok"))
			r.hear(t, "on_result", r.cb("res"))
			r.run(scheduler.ExceptionPolicy(scheduler.Continue))
		},
		"on_start_exception_then_rerun": func(r *rig) {
			first := true
			r.sequential().start(func() {
				if first {
					first = false
					panic(customError{"x"})
				}
			})
			r.run()
			r.run()
		},
	}
	for _, name := range []string{
		"T.on_done_continue", "T.on_done_end", "T.on_result_continue", "T.on_result_end", "T.on_result_raise",
		"T.on_submitted_continue", "T.on_submitted_end", "T.on_submitted_raise",
		"on_empty_continue", "on_empty_end", "on_empty_raise", "on_finished_end", "on_finished_raise",
		"on_finishing_continue", "on_finishing_raise", "on_future_done_end", "on_future_done_raise",
		"on_future_result_continue", "on_future_result_raise", "on_future_submitted_continue", "on_future_submitted_raise",
		"on_start_continue", "on_start_raise", "on_stop_continue", "on_stop_end", "on_stop_raise",
		"on_timeout_continue", "on_timeout_end", "on_timeout_raise",
	} {
		cut := strings.LastIndex(name, "_")
		all["callback_exception_"+name] = failingCallback(name[:cut], policies()[name[cut+1:]])
	}
	return all
}

// failingCallback has a callback cb of one event fail, among others that do
// not.
func failingCallback(ev string, policy scheduler.Action) func(*rig) {
	return func(r *rig) {
		r.sequential()
		t := newTask(r, "T", double)
		fail := r.cb("cb", func() { panic(customError{"cb"}) })
		ofTask, isTask := strings.CutPrefix(ev, "T.")
		if isTask {
			r.hear(t, ofTask, fail)
		} else {
			r.hear(r.s, ev, fail)
		}
		r.start(func() { t.Submit(1) })
		if ev == "on_stop" {
			r.hear(r.s, "on_future_result", r.cb("dostop", r.s.Stop))
		}
		for name, callback := range map[string]string{"on_future_result": "S.res", "on_finishing": "finishing", "on_finished": "finished"} {
			if name != ev {
				r.hear(r.s, name, r.cb(callback))
			}
		}
		if !isTask || ofTask != "on_result" {
			r.hear(t, "on_result", r.cb("T.res"))
		}
		opts := []scheduler.RunOption{scheduler.ExceptionPolicy(policy)}
		if ev == "on_timeout" {
			opts = append(opts, scheduler.Timeout(seconds(0.1)), scheduler.KeepRunning())
		}
		r.run(opts...)
		r.log("running() after / second run: ok " + python(r.s.Running()))
	}
}
