package eventplugin

import (
	"fmt"
	"time"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/wire"
	"github.com/signalbox-go/signalbox/framework/wire/failure"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// Report is how a plugin fared. Emitted is the sum of Acknowledged, Missed and
// Undelivered.
type Report struct {
	Name  string
	State State
	PID   int // of its last process, 0 for none
	// Path is that of its executable, empty if it was not attached.
	Path string
	// LastErr is how its process died before the present one, nil if none did.
	LastErr error
	// Emitted is how many records there were since it was attached.
	Emitted uint64
	// Acknowledged is how many it has dealt with, or asked not to be sent.
	Acknowledged uint64
	// Missed is how many were gone from the log before it came to read them;
	// MissedEvents counts the events that they stood for, by name, those of a
	// task after its name and a dot.
	Missed       uint64
	MissedEvents map[string]uint64
	// Undelivered is how many it had not acknowledged when the run was over.
	Undelivered uint64
	// Restarts is how often its process was replaced.
	Restarts int
	// Loops is how many emissions were refused because plugins emit because of
	// each other without end.
	Loops uint64
	// Handlers are its subscriptions.
	Handlers []HandlerReport
	// Flush is how long it took at the end of the run.
	Flush time.Duration
	// Err is why it could not be attached or was lost; nil if all is well.
	Err error
}

// State is what has become of a plugin.
type State string

// States of a plugin.
const (
	NotStarted  State = "not started" // no run has begun
	Starting    State = "starting"
	Running     State = "running"
	Restarting  State = "restarting" // its process died, and another one is to come
	Ended       State = "ended"
	Lost        State = "lost"         // its process died, and there will be no other
	NotAttached State = "not attached" // it could not be, and is optional
)

// HandlerReport is one subscription of a plugin.
type HandlerReport struct {
	Event string // as in MissedEvents
	Name  string
	Calls uint64 // as of the last acknowledgement
	// Hidden tells that it was made with event.Hidden.
	Hidden bool

	of *pb.Handler
}

// Reports returns how the plugins fare or, after a run, how they fared.
func (h *Hub) Reports() []Report {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.over {
		return append([]Report(nil), h.reports...)
	}
	return h.accounts()
}

// accounts are the reports of a run until all plugins have dealt with it. h.mu is
// held.
func (h *Hub) accounts() []Report {
	out := append([]Report(nil), h.reports...)
	for _, a := range h.attached {
		out = append(out, a.report())
	}
	return out
}

func (a *attachment) report() Report {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, last := a.hub.events.behind(a.reader) // now, so that nothing beyond it is dealt with
	all := a.hub.events.addresses()
	r := Report{Name: a.spec.name, State: a.doing(), Emitted: last - a.first, Missed: a.missed, Undelivered: last - a.done,
		Restarts: a.restarts, Loops: a.loops.Load(), Flush: a.flushed, Err: a.lost, MissedEvents: map[string]uint64{}, Path: a.spec.path, LastErr: a.died}
	if a.done < last && a.gapsAhead() > 0 {
		r.Undelivered -= a.gapsAhead()
	}
	r.Acknowledged = r.Emitted - r.Missed - r.Undelivered
	for n, count := range a.missedEvents {
		r.MissedEvents[all[n].String()] += count
	}
	for i, handler := range a.handlers {
		h := HandlerReport{Event: wire.EventName(handler.GetScope(), handler.GetTask(), handler.GetEvent()), Name: handler.GetName(),
			Hidden: handler.GetHidden(), of: handler}
		if i < len(a.calls) {
			h.Calls = a.calls[i]
		}
		r.Handlers = append(r.Handlers, h)
	}
	if a.proc != nil {
		r.PID = a.proc.PID()
	}
	return r
}

// doing tells what has become of the plugin. a.mu is held.
func (a *attachment) doing() State {
	switch {
	case a.lost != nil:
		return Lost
	case a.serving:
		return Running
	case a.life.Err() != nil:
		return Ended
	}
	return Restarting
}

// String returns the event with its task, where it has one.
func (a address) String() string { return wire.EventName(a.scope, a.task, a.event) }

func (l *eventLog) addresses() []address {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.topics.all
}

// finishMessage is what plugins are told at the end of a run.
func (h *Hub) finishMessage(s *scheduler.Scheduler, exit scheduler.Exit) *pb.Finish {
	f := &pb.Finish{Exit: exit.Code.String(), Message: exit.Message, Error: failure.FromError(exit.Err), ElapsedNs: int64(exit.Elapsed), Gauges: h.gauges(s)}
	for _, e := range s.Emitter().Events() {
		f.Counts = append(f.Counts, &pb.Count{Scope: pb.Scope_SCOPE_SCHEDULER, Event: e.Name, Count: e.Count})
	}
	for _, t := range s.Tasks() {
		for _, e := range t.Emitter().Events() {
			f.Counts = append(f.Counts, &pb.Count{Scope: pb.Scope_SCOPE_TASK, Task: t.Name(), Event: e.Name, Count: e.Count})
		}
	}
	f.Refused = f.Gauges.Refusals
	return f
}

// gauges tell how a scheduler and its plugins stand.
func (h *Hub) gauges(s *scheduler.Scheduler) *pb.Gauges {
	w, counts, load := s.Workers(), s.Counts(), s.Load()
	g := &pb.Gauges{Queue: uint64(load.Queue), Running: uint64(load.Running), OldestNs: int64(load.Oldest),
		WorkersLost: w.Lost, WorkersStarted: w.Started, Refused: counts.Refused}
	for _, e := range s.Executors() {
		g.Workers += uint64(e.Workers)
	}
	for _, r := range s.Refusals() {
		g.Refusals = append(g.Refusals, &pb.Refused{Task: r.Task, Reason: r.Reason, Count: r.Count})
	}
	h.mu.Lock()
	plugins := h.accounts()
	h.mu.Unlock()
	for _, r := range plugins {
		g.Plugins = append(g.Plugins, &pb.PluginGauges{Name: r.Name, Lost: r.Err != nil, Lag: r.Undelivered, Missed: r.Missed, Restarts: uint64(r.Restarts)})
	}
	return g
}

// describe names a plugin and its process for errors.
func (a *attachment) describe() string {
	if a.proc == nil {
		return a.spec.name
	}
	return fmt.Sprintf("%s (pid %d)", a.spec.name, a.proc.PID())
}
