package scheduler_test

import (
	"context"
	"errors"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// noting is an extension that notes what it is asked, adds to the input, or
// refuses.
type noting struct {
	r    *rig
	name string
	add  int
	veto bool
}

func (n noting) Name() string { return n.name }

func (n noting) Attach(scheduler.AnyTask) error {
	n.r.log(n.name + ".attach")
	return nil
}

func (n noting) PreSubmit(sub *scheduler.Submission) error {
	n.r.logf("%s.pre_submit(%v,)", n.name, sub.Input)
	if n.veto {
		return errors.New("veto")
	}
	sub.Input = sub.Input.(int) + n.add
	return nil
}

// taskScenarios are those about tasks, and about what extends them.
func taskScenarios() map[string]func(*rig) {
	return map[string]func(*rig){
		"chain_of_five": func(r *rig) {
			r.processes(1)
			t := newTask(r, "T", ident)
			t.OnResult.Do(func(e scheduler.Result[int]) {
				r.call("next", e.Future, e.Value)
				if e.Value < 5 {
					t.Submit(e.Value + 1)
				}
			})
			r.hear(r.s, "on_empty", r.cb("empty"))
			r.start(func() { t.Submit(1) })
			r.run()
		},
		"chained_tasks": func(r *rig) {
			r.processes(1)
			t1, t2 := newTask(r, "T1", ident), newTask(r, "T2", ident)
			t1.OnResult.Do(func(e scheduler.Result[int]) {
				r.call("chain", e.Future, e.Value)
				t2.Submit(e.Value)
			})
			r.hear(t1, "on_result", r.cb("log1"))
			r.hear(t2, "on_result", r.cb("log2"))
			r.hear(r.s, "on_empty", r.cb("empty"))
			r.start(func() { t1.Submit(5) })
			r.run()
		},
		"plugin_attach_late": func(r *rig) {
			r.sequential()
			t := newTask(r, "T", ident, noting{r: r, name: "P1", add: 1})
			require.NoError(r.t, t.Attach(noting{r: r, name: "P2", add: 10}))
			r.hear(t, "on_result", r.cb("res"))
			r.start(func() { t.Submit(0) })
			r.run()
		},
		"plugin_veto_stops_chain": func(r *rig) {
			r.sequential()
			t := newTask(r, "T", ident, noting{r: r, name: "P1"}, noting{r: r, name: "P2", veto: true}, noting{r: r, name: "P3"})
			r.start(func() {
				if f, err := t.Submit(0); f == nil && err != nil {
					r.log("submit -> None")
				}
			})
			r.run()
		},
		"register_task_handler_late": func(r *rig) {
			r.processes(1)
			t := newTask(r, "T", double)
			r.start(func() {
				t.Submit(1)
				r.hear(t, "on_result", r.cb("late"))
			})
			r.run()
		},
		"submitted_callback_args": func(r *rig) {
			type args struct {
				A, B int
				C    verbatim
			}
			r.sequential()
			t := newTask(r, "T", func(context.Context, args) ([]int, error) {
				work()
				return []int{1, 2, 3}, nil
			})
			t.OnSubmitted.Do(func(e scheduler.Submitted[args]) { r.call("sub", e.Future, e.Input.A, e.Input.B, e.Input.C) })
			r.hear(t, "on_result", r.cb("res"))
			r.start(func() { t.Submit(args{1, 2, "c=3"}) })
			r.run()
		},
		"task_copy_independent": func(r *rig) {
			r.sequential()
			t := newTask(r, "T", double)
			r.hear(t, "on_result", r.cb("cb"))
			t2 := addTask(r, "T2", t.Def().As("T2"))
			r.start(func() { t2.Submit(1) })
			r.run()
		},
		"task_created_in_callback": func(r *rig) {
			r.sequential().start(func() {
				t := newTask(r, "T", double)
				r.hear(t, "on_result", r.cb("res"))
				t.Submit(3)
			})
			r.run()
		},
		"task_on_as_decorator_options_ignored": func(r *rig) {
			r.sequential()
			t := newTask(r, "T", double)
			r.hear(t, "on_result", r.cb("res"), event.Limit(1))
			r.start(func() {
				for i := range 3 {
					t.Submit(i)
				}
			})
			r.run()
		},
		"task_on_by_name": func(r *rig) {
			r.sequential()
			t := newTask(r, "T", double)
			r.hear(t, "on_result", r.cb("res"))
			_, err := t.Emitter().OnName("typo", func(any) {})
			r.log("typo: raised " + errName(err))
			r.start(func() { t.Submit(1) })
			r.run()
		},
		"two_tasks_same_function": func(r *rig) {
			r.sequential()
			def := task.New("double", double)
			t1, t2 := addTask(r, "T1", def.As("T1")), addTask(r, "T2", def.As("T2"))
			r.hear(t1, "on_result", r.cb("r1"))
			r.hear(t2, "on_result", r.cb("r2"))
			r.start(func() { t1.Submit(1); t2.Submit(2); t1.Submit(3) })
			r.run()
		},
		"unpicklable_function": func(r *rig) {
			def := task.New("T", func(_ context.Context, f func()) (nothing, error) { return nothing{}, nil })
			r.encoding(def)
			t := addTask(r, "T", def)
			r.logAll()
			r.start(func() {
				_, err := t.Submit(func() {})
				r.log("submit: raised " + errName(err))
			})
			r.run(scheduler.ExceptionPolicy(scheduler.Continue))
		},
	}
}
