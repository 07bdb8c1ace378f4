package scheduler

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/view"
)

// Shown is implemented by extensions that have something to show: what is
// counted, held or set. Lines is called from any goroutine, also while
// callbacks or PreSubmit run. It must not wait for them; a lock that is held
// briefly is fine.
type Shown interface {
	Lines() []string
}

// shownFutures is how many futures of the queue a snapshot holds.
const shownFutures = 5

// Snapshot returns what the scheduler looks like now. It waits for no callback
// and takes the same time whatever the length of the queue; it may be called
// from any goroutine, callbacks included. While a run goes on, things that
// happen meanwhile may be in one part of it and not yet in another. Handlers
// that are hidden are left out, and calls that are being made are not counted.
func (s *Scheduler) Snapshot() view.Scheduler {
	s.mu.Lock()
	out := view.Scheduler{
		Name:    s.name,
		Ref:     shortRef(s.ref),
		Running: s.running,
		Queue:   view.Queue{Len: s.queue.len},
	}
	last := s.queue.tail(shownFutures)
	reporting := s.reporters()
	tasks := append([]AnyTask(nil), s.tasks...)
	s.mu.Unlock()

	// From here on code of others is called: executors, extensions, inputs.
	out.Executors = make([]view.Executor, len(s.executors))
	for i, e := range s.executors {
		out.Executors[i] = viewExecutor(e.Status())
	}
	out.Queue.Reporting, out.Queue.Last = viewReporting(reporting, last), viewFutures(last)
	out.Events = viewEvents(s.emitter)
	refused := s.refusalsByTask()
	out.Tasks = make([]view.Task, len(tasks))
	for i, t := range tasks {
		out.Tasks[i] = viewTask(t)
		out.Tasks[i].Refused = append([]view.Refusal{}, refused[t.Name()]...)
		delete(refused, t.Name())
	}
	out.Refused = []view.Refusal{}
	for _, rest := range refused {
		out.Refused = append(out.Refused, rest...)
	}
	sortRefusals(out.Refused)
	out.EventPlugins = []view.EventPlugin{}
	for _, o := range s.observers {
		if shown, ok := o.(ShownObserver); ok {
			show(shown, &out)
		}
	}
	return out
}

// EventPlugins tells how the event plugins fare, without what they are
// subscribed to. It is a part of [Scheduler.Snapshot] that is soon told.
func (s *Scheduler) EventPlugins() []view.EventPlugin {
	out := view.Scheduler{EventPlugins: []view.EventPlugin{}}
	for _, o := range s.observers {
		if shown, ok := o.(ShownObserver); ok {
			show(shown, &out)
		}
	}
	for i := range out.EventPlugins {
		out.EventPlugins[i].Events = []view.Event{}
	}
	return out.EventPlugins
}

// viewFutures describes calls.
func viewFutures(calls []*Call) []view.Future {
	out := make([]view.Future, len(calls))
	for i, c := range calls {
		out[i] = view.Future{ID: c.id, Task: c.task.name, State: c.currentState().String(), Input: view.Value(c.self.input())}
		if out[i].State == Running.String() {
			out[i].Progress = c.viewProgress()
		}
	}
	return out
}

// viewReporting describes the first of the calls that run and tell their
// progress, but for those which are shown anyway.
func viewReporting(calls, shown []*Call) []view.Future {
	out := []view.Future{}
	for _, c := range calls {
		if len(out) == shownFutures {
			break
		}
		if slices.Contains(shown, c) {
			continue
		}
		if f := viewFutures([]*Call{c})[0]; f.Progress != nil {
			out = append(out, f)
		}
	}
	return out
}

// show asks an observer for what it has to show. A panic in there must not keep
// the rest from being shown.
func show(o ShownObserver, out *view.Scheduler) {
	var p *event.PanicError
	if err := guard("Show", func() { o.Show(out) }); errors.As(err, &p) {
		out.EventPlugins = append(out.EventPlugins, view.EventPlugin{Name: fmt.Sprintf("%T", o),
			Error: fmt.Sprintf("Show panicked: %v", p.Value), Events: []view.Event{}})
	}
}

// String returns the scheduler as a tree of its executors, queue, events,
// handlers and tasks, 80 columns wide. [view.Render] draws it otherwise.
func (s *Scheduler) String() string { return s.Snapshot().String() }

func (s *Scheduler) refusalsByTask() map[string][]view.Refusal {
	out := map[string][]view.Refusal{}
	for _, r := range s.Refusals() {
		out[r.Task] = append(out[r.Task], view.Refusal{Task: r.Task, Reason: r.Reason, Count: r.Count})
	}
	for _, list := range out {
		sortRefusals(list)
	}
	return out
}

func sortRefusals(list []view.Refusal) {
	slices.SortFunc(list, func(a, b view.Refusal) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Task, b.Task), cmp.Compare(a.Reason, b.Reason))
	})
}

func viewExecutor(st ExecutorStatus) view.Executor {
	return view.Executor{Name: st.Name, Kind: st.Kind, Workers: st.Workers, Details: append([]string{}, st.Details...)}
}

func viewTask(t AnyTask) view.Task {
	out := view.Task{Name: t.Name(), Ref: shortRef(t.Ref()), Events: viewEvents(t.Emitter()), Extensions: []view.Extension{}}
	if code := t.Code(); code != out.Name {
		out.Code = code
	}
	in, result := t.Types()
	out.Input, out.Output = viewType(in), viewType(result)
	for _, e := range t.Extensions() {
		out.Extensions = append(out.Extensions, view.Extension{Name: e.Name(), Lines: linesOf(e)})
	}
	return out
}

func viewType(t reflect.Type) string {
	if t == reflect.TypeFor[struct{}]() {
		return ""
	}
	return view.TypeName(t.String())
}

// linesOf asks an extension for what it has to show. A mistake in there must
// not keep the rest from being shown.
func linesOf(e Extension) []string {
	lines := []string{}
	shown, ok := e.(Shown)
	if !ok {
		return lines
	}
	err := guard("Lines", func() { lines = append(lines, shown.Lines()...) })
	var p *event.PanicError
	if errors.As(err, &p) {
		lines = append(lines, fmt.Sprintf("Lines panicked: %v", p.Value))
	}
	return lines
}

func viewEvents(em *event.Emitter) []view.Event {
	all := em.Events()
	out := make([]view.Event, len(all))
	for i, e := range all {
		out[i] = view.Event{Name: e.Name, Type: view.TypeName(e.ValueType), Count: e.Count, Handlers: []view.Handler{}}
		for _, h := range e.Handlers {
			if h.Hidden() {
				continue
			}
			out[i].Handlers = append(out[i].Handlers, view.Handler{
				Name: h.Name(), Type: view.TypeName(h.ValueType()), Calls: h.Made(),
				Every: given(h.Every()), Repeat: given(h.Repeat()), Limit: uint64(h.Limit()), When: h.Conditional(),
			})
		}
	}
	return out
}

// given returns the value of an option whose default is 1, 0 for the default.
func given(n int) uint64 {
	if n == 1 {
		return 0
	}
	return uint64(n)
}

// shortRef returns as much of a UUID as people compare by eye.
func shortRef(ref string) string { return ref[:min(len(ref), 8)] }
