package sdktest

import (
	"slices"

	"github.com/signalbox-go/signalbox/framework/task"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
	"github.com/signalbox-go/signalbox/sdk"
	"github.com/signalbox-go/signalbox/sdk/internal/plugin"
)

// entry is one record that the plugin is to be told. Its number is that of its
// place in the log, from 1.
type entry struct {
	sdk.Record
	kind     pb.Kind
	task     int // 1 + index into tasks, 0 for none
	depth    uint32
	events   []address
	ordinals []uint64
	missed   bool
}

// address says which event is meant.
type address struct {
	scope pb.Scope
	task  string // of SCOPE_TASK
	event string
}

func (at address) count(n uint64) *pb.Count {
	return &pb.Count{Scope: at.scope, Task: at.task, Event: at.event, Count: n}
}

// findTask returns 1 + the index of a task, 0 for none.
func (a *Attachment) findTask(name string) int {
	return 1 + slices.IndexFunc(a.tasks, func(t *pb.TaskInfo) bool { return t.GetName() == name })
}

// taskOf is findTask for a task that has to be there. a.mu is held.
func (a *Attachment) taskOf(name string) int {
	n := a.findTask(name)
	if n == 0 {
		a.tasks = append(a.tasks, &pb.TaskInfo{Name: name, Code: name, ContentType: task.ContentJSON})
		n = len(a.tasks)
	}
	return n
}

// append adds a record to the log. a.mu is held.
func (a *Attachment) append(kind pb.Kind, r sdk.Record, depth uint32) {
	e := &entry{Record: r, kind: kind, depth: depth, missed: a.missing}
	name := r.Future.Task
	if kind == pb.Kind_KIND_EMITTED {
		name = r.Task
	}
	if name != "" {
		e.task = a.taskOf(name)
	}
	own, ofTask := plugin.EventsOf(kind, r.Name, e.task > 0)
	for _, event := range own {
		e.events = append(e.events, address{pb.Scope_SCOPE_SCHEDULER, "", event})
	}
	for _, event := range ofTask {
		e.events = append(e.events, address{pb.Scope_SCOPE_TASK, name, event})
	}
	for _, event := range ofTask {
		e.events = append(e.events, address{pb.Scope_SCOPE_EVERY_TASK, "", event})
	}
	for _, at := range e.events {
		a.counts[at]++
		e.ordinals = append(e.ordinals, a.counts[at])
	}
	a.log = append(a.log, e)
}
