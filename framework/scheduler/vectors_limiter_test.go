package scheduler_test

import (
	"context"
	"errors"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/extension/limiter"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// timed is what sleep_ret(t, v) is given.
type timed struct {
	t float64
	v int
}

// sleepValue sleeps and returns the value, by which it also tells apart who
// wakes first.
func sleepValue(ctx context.Context, in timed) (int, error) {
	_, err := sleepRet(ctx, in.t+float64(in.v)/1e6)
	return in.v, err
}

// refusals has a task's refused calls told, as AMLTK's callbacks get them.
func (r *rig) refusals(t scheduler.AnyTask, as string, ev event.Event[limiter.Refused]) {
	event.On(t, ev, func(e limiter.Refused) {
		args := []any{}
		if e.Other != nil {
			args = append(args, verbatim("Task:"+e.Other.Name()))
		}
		args = append(args, verbatim("Task:"+e.Task.Name()))
		if in, ok := e.Input.(timed); ok {
			args = append(args, in.t, in.v)
		} else {
			args = append(args, e.Input)
		}
		require.ErrorIs(r.t, e.Err, limiter.ErrLimit)
		r.call(as, args...)
	})
}

// submitted tells what came of a submit.
func submitted(err error) string {
	switch {
	case err == nil:
		return "future"
	case errors.Is(err, limiter.ErrLimit):
		return "None"
	}
	return err.Error()
}

// limiterScenarios are those about limits on calls.
func limiterScenarios() map[string]func(*rig) {
	return map[string]func(*rig){
		"limiter_invalid": func(r *rig) {
			r.sequential()
			attach := func(name string, opts ...limiter.Option) {
				if _, err := scheduler.AddTask(r.s, task.New(name, ident), limiter.New(opts...)); err != nil {
					r.log(name + ": raised ValueError")
				}
			}
			attach("{'max_calls': 0}", limiter.MaxCalls(0))
			attach("{'max_calls': -1}", limiter.MaxCalls(-1))
			attach("{'max_concurrent': 0}", limiter.MaxConcurrent(0))
			t := scheduler.NewTask(r.s, task.New("T", ident))
			if t.Attach(limiter.New(limiter.NotWhileRunning(t))) != nil {
				r.log("own: raised ValueError")
			}
		},
		"limiter_max_calls": func(r *rig) {
			r.processes(2)
			t := newTask(r, "T", ident, limiter.New(limiter.MaxCalls(2)))
			r.refusals(t, "call-limit-reached", limiter.CallLimitReached)
			r.start(func() {
				for i := 1; i <= 4; i++ {
					_, err := t.Submit(i)
					// What PreSubmit emits takes its place behind this callback.
					_, _ = r.s.CallLater(0, func() { r.logf("submit(%d) -> %s", i, submitted(err)) })
				}
			})
			r.run()
		},
		"limiter_max_concurrent": func(r *rig) {
			r.processes(2)
			t := newTask(r, "T", sleepValue, limiter.New(limiter.MaxConcurrent(2)))
			r.refusals(t, "concurrent-limit-reached", limiter.ConcurrentLimitReached)
			t.OnResult.Do(func(e scheduler.Result[int]) {
				r.call("res", e.Future, e.Value)
				_, err := t.Submit(timed{0.1, 4})
				r.logf("again -> %s", submitted(err))
			}, event.Limit(1))
			r.start(func() {
				for i := range 3 {
					_, err := t.Submit(timed{0.2, i + 1})
					_, _ = r.s.CallLater(0, func() { r.logf("submit(%d) -> %s", i, submitted(err)) })
				}
			})
			r.run()
		},
		"limiter_not_while_running": func(r *rig) {
			r.processes(2)
			t1 := newTask(r, "T1", sleepRet)
			t2 := newTask(r, "T2", ident, limiter.New(limiter.NotWhileRunning(t1)))
			r.refusals(t2, "disabled", limiter.DisabledDueToRunningTask)
			submit := func(i int) {
				_, err := t2.Submit(i)
				_, _ = r.s.CallLater(0, func() { r.logf("T2.submit(%d) -> %s", i, submitted(err)) })
			}
			r.hear(t1, "on_result", r.cb("t1res", func() { submit(2) }))
			r.hear(t2, "on_result", r.cb("t2res"))
			r.start(func() {
				t1.Submit(0.2)
				submit(1)
			})
			r.run()
		},
		"limiter_not_while_running_single_newest": func(r *rig) {
			r.sequential()
			t1 := newTask(r, "T1", ident)
			lines := limiter.New(limiter.NotWhileRunning(t1)).Lines()
			r.results["n"] = len(lines)
			require.Equal(r.t, []string{"Not while running T1"}, lines)
		},
		"limiter_priority": func(r *rig) {
			r.processes(2)
			o := newTask(r, "O", sleepRet)
			t := newTask(r, "T", sleepRet, limiter.New(limiter.MaxCalls(1), limiter.MaxConcurrent(1), limiter.NotWhileRunning(o)))
			for _, ev := range []event.Event[limiter.Refused]{limiter.CallLimitReached, limiter.ConcurrentLimitReached, limiter.DisabledDueToRunningTask} {
				r.refusals(t, ev.Name(), ev)
			}
			r.hear(o, "on_result", r.cb("ores", func() {
				t.Submit(0.2)
				t.Submit(0.2)
			}))
			r.start(func() {
				o.Submit(0.1)
				t.Submit(0.2)
			})
			r.run()
		},
	}
}
