package eventplugin

import (
	"slices"
	"strings"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/session"
	"github.com/signalbox-go/signalbox/framework/view"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

var _ scheduler.ShownObserver = (*Hub)(nil)

// Show implements [scheduler.ShownObserver]: it adds how every plugin fares, and
// the subscriptions of those that are [Shown].
func (h *Hub) Show(out *view.Scheduler) {
	byName := map[string]Report{}
	for _, r := range h.Reports() {
		byName[r.Name] = r
	}
	h.mu.Lock()
	absent := NotStarted
	if h.current != nil {
		absent = Starting
	}
	h.mu.Unlock()
	for _, s := range h.specs {
		if s == nil {
			continue // which keeps a run from starting
		}
		r, ok := byName[s.name]
		if !ok {
			r = Report{Name: s.name, State: absent}
		}
		p := view.EventPlugin{Name: s.name, State: string(r.State), Lag: r.Undelivered, Missed: r.Missed, Restarts: r.Restarts, Path: r.Path, Events: []view.Event{}, Subscriptions: r.subscriptions()}
		if r.State == Running {
			p.PID = r.PID
		}
		if r.Err != nil {
			p.Error = reason(r.Err, s.name)
		}
		if r.LastErr != nil {
			p.LastError = r.LastErr.Error()
		}
		if s.shown {
			for _, handler := range r.Handlers {
				if !handler.Hidden && !handler.of.GetGone() {
					handler.show(out, &p)
				}
			}
		}
		out.EventPlugins = append(out.EventPlugins, p)
	}
}

// subscriptions are the events that the plugin subscribes to.
func (r *Report) subscriptions() []string {
	var out []string
	for _, h := range r.Handlers {
		if !h.of.GetGone() {
			out = append(out, h.Event)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// reason returns the text of an error without what goes without saying in a
// line of the plugin.
func reason(err error, name string) string {
	text := strings.TrimPrefix(err.Error(), "eventplugin: "+name+": ")
	return strings.TrimPrefix(text, "session: open: "+session.ErrSetup.Error()+": ")
}

// show adds a handler where its event stands or, if that is none of the
// scheduler's or of one task, to its plugin.
func (r *HandlerReport) show(out *view.Scheduler, p *view.EventPlugin) {
	h := view.Handler{Name: r.Name, Type: view.TypeName(r.of.GetType()), Calls: r.Calls, Plugin: p.Name, Every: unlessOne(r.of.GetEvery()),
		Repeat: unlessOne(r.of.GetRepeat()), Limit: r.of.GetLimit(), When: r.of.GetWhen()}
	var events []view.Event
	switch r.of.GetScope() {
	case pb.Scope_SCOPE_SCHEDULER:
		events = out.Events
	case pb.Scope_SCOPE_TASK:
		for _, t := range out.Tasks {
			if t.Name == r.of.GetTask() {
				events = t.Events
			}
		}
	}
	for i := range events {
		if events[i].Name == r.of.GetEvent() {
			events[i].Handlers = append(events[i].Handlers, h)
			return
		}
	}
	h.Plugin = "" // it stands below it
	for i := range p.Events {
		if p.Events[i].Name == r.Event {
			p.Events[i].Handlers = append(p.Events[i].Handlers, h)
			return
		}
	}
	p.Events = append(p.Events, view.Event{Name: r.Event, Handlers: []view.Handler{h}})
}

// unlessOne leaves out what is the default.
func unlessOne(n uint64) uint64 {
	if n == 1 {
		return 0
	}
	return n
}
