package eventplugin

import (
	"fmt"
	"path"
	"strings"

	"github.com/signalbox-go/signalbox/framework/wire"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// filter decides which records a plugin is sent: those that one of its
// handlers is due for.
type filter struct {
	inputs  bool
	results bool // somebody wants to see results
	worker  bool
	all     bool // somebody is subscribed to every record
	always  bool // results come with records that nobody is subscribed to as results
	of      map[address][]due
	allowed patterns
	base    []uint64 // emissions by topic before the plugin was attached

	byTopic [][]due // as far as topics were seen
}

// due is when a handler is due.
type due struct{ every, base uint64 }

// newFilter makes the filter of a plugin's subscriptions.
func newFilter(s *pb.Subscriptions, allowed patterns, base []uint64) (*filter, error) {
	f := &filter{inputs: s.GetInputs(), results: s.GetResults(), always: s.GetResults(), of: map[address][]due{}, allowed: allowed, base: base}
	for _, h := range s.GetHandlers() {
		if h.GetGone() {
			continue
		}
		if h.GetEvery() < 1 {
			return nil, fmt.Errorf("handler %q of event %q is to be called at every %d emissions", h.GetName(), h.GetEvent(), h.GetEvery())
		}
		a := address{h.GetScope(), h.GetTask(), h.GetEvent()}
		switch a.scope {
		case pb.Scope_SCOPE_SCHEDULER, pb.Scope_SCOPE_EVERY_TASK:
			a.task = ""
		case pb.Scope_SCOPE_TASK:
		default:
			return nil, fmt.Errorf("handler %q of event %q has scope %v", h.GetName(), h.GetEvent(), h.GetScope())
		}
		if a.scope == pb.Scope_SCOPE_SCHEDULER && a.event == wire.EveryRecord {
			f.all, f.worker = true, true
			continue
		}
		f.of[a] = append(f.of[a], due{h.GetEvery(), h.GetBase()})
		switch a.event {
		case schedulerEvents[topicFutureResult], taskEvents[offResult]:
			f.results = true
		case wire.WorkerEvent:
			f.worker = f.worker || a.scope == pb.Scope_SCOPE_SCHEDULER
		}
	}
	return f, nil
}

// dues returns the handlers of a topic.
func (f *filter) dues(all []address, n topic) []due {
	for len(f.byTopic) <= int(n) {
		a := all[len(f.byTopic)]
		var d []due
		if f.allowed.let(a) {
			d = f.of[a]
		}
		f.byTopic = append(f.byTopic, d)
	}
	return f.byTopic[n]
}

// ordinal returns the number of an emission as the plugin counts.
func (f *filter) ordinal(n topic, ordinal uint64) uint64 {
	if int(n) < len(f.base) {
		return ordinal - f.base[n]
	}
	return ordinal
}

// wants reports whether somebody is due for a record, and for its payload.
func (f *filter) wants(all []address, r *record) (it, payload bool) {
	if r.kind == pb.Kind_KIND_WORKER {
		return f.worker && f.allowed.let(address{pb.Scope_SCOPE_SCHEDULER, "", wire.WorkerEvent}), false
	}
	for i := range r.events {
		n := r.topics[i]
		if f.all && f.allowed.let(all[n]) {
			it = true
			payload = payload || f.always || r.kind != pb.Kind_KIND_RESULT
		}
		ordinal := f.ordinal(n, r.ordinals[i])
		for _, d := range f.dues(all, n) {
			if ordinal > d.base && (ordinal-d.base)%d.every == 0 {
				it = true
				payload = payload || r.kind != pb.Kind_KIND_RESULT || n == topicFutureResult || all[n].event == taskEvents[offResult]
			}
		}
	}
	if r.kind == pb.Kind_KIND_SUBMITTED {
		payload = f.inputs
	}
	return it, payload
}

// subscribed reports whether the plugin hears of an event at all.
func (f *filter) subscribed(all []address, n topic) bool {
	return len(f.dues(all, n)) > 0 || f.all && f.allowed.let(all[n])
}

// patterns are what a plugin may hear of: names of events, or of a task and an
// event with a dot in between, with the wildcards of path.Match. None lets
// everything pass.
type patterns []string

// check finds patterns that are malformed.
func (p patterns) check() error {
	for _, text := range p {
		if _, err := path.Match(text, ""); err != nil || text == "" {
			return fmt.Errorf("filter %q is no pattern: it must be the name of an event, such as \"on_result\", or of a task and an event, such as \"resize.on_result\"; * and ? stand for any", text)
		}
	}
	return nil
}

func (p patterns) let(a address) bool {
	if len(p) == 0 {
		return true
	}
	for _, text := range p {
		task, event, qualified := cutLast(text)
		switch {
		case !qualified:
			if matches(event, a.event) {
				return true
			}
		case a.scope == pb.Scope_SCOPE_TASK && matches(event, a.event):
			if ok, _ := path.Match(task, a.task); ok {
				return true
			}
		case a.scope == pb.Scope_SCOPE_EVERY_TASK && task == "*" && matches(event, a.event):
			return true
		}
	}
	return false
}

func cutLast(text string) (task, event string, qualified bool) {
	if i := strings.LastIndexByte(text, '.'); i >= 0 {
		return text[:i], text[i+1:], true
	}
	return "", text, false
}

// matches lets patterns leave on_ out, as job files may.
func matches(pattern, event string) bool {
	for _, p := range []string{pattern, "on_" + pattern} {
		if ok, _ := path.Match(p, event); ok {
			return true
		}
	}
	return false
}
