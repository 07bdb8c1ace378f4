package eventplugin

import (
	"reflect"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// topic is an event of one emitter, or of every task's, as a small number.
type topic int32

// The scheduler's own events come first, then those of every task.
const (
	topicStart topic = iota
	topicFinishing
	topicFinished
	topicStop
	topicTimeout
	topicEmpty
	topicFutureSubmitted
	topicFutureDone
	topicFutureCancelled
	topicFutureException
	topicFutureResult
	topicEvery // the first of every task's
)

// Offsets of a task's own events behind its first topic.
const (
	offSubmitted topic = iota
	offDone
	offResult
	offException
	offCancelled
	taskTopics // how many there are
)

var (
	schedulerEvents = [...]string{"on_start", "on_finishing", "on_finished", "on_stop", "on_timeout", "on_empty", "on_future_submitted",
		"on_future_done", "on_future_cancelled", "on_future_exception", "on_future_result"}
	taskEvents = [...]string{"on_submitted", "on_done", "on_result", "on_exception", "on_cancelled"}
)

// address says which event a topic is.
type address struct {
	scope pb.Scope
	task  string // of SCOPE_TASK
	event string
}

// topics numbers events, and tasks.
type topics struct {
	all    []address // by topic
	of     map[address]topic
	tasks  []*pb.TaskInfo
	byName map[taskName]*knownTask
}

// taskName tells a task from calls without one that have the same name.
type taskName struct {
	name  string
	loose bool
}

type knownTask struct {
	index uint32 // 1 + index into topics.tasks
	first topic  // of its events; none for loose ones
}

func newTopics() *topics {
	t := &topics{of: map[address]topic{}, byName: map[taskName]*knownTask{}}
	for _, name := range schedulerEvents {
		t.find(address{scope: pb.Scope_SCOPE_SCHEDULER, event: name})
	}
	for _, name := range taskEvents {
		t.find(address{scope: pb.Scope_SCOPE_EVERY_TASK, event: name})
	}
	return t
}

// find returns the topic of an event, a new one for an event that is new.
func (t *topics) find(a address) topic {
	n, ok := t.of[a]
	if !ok {
		n = topic(len(t.all))
		t.all = append(t.all, a)
		t.of[a] = n
	}
	return n
}

// task returns what is known of a future's task, a new one if it is new.
func (t *topics) task(name string, of scheduler.AnyTask) *knownTask {
	key := taskName{name, of == nil}
	k, ok := t.byName[key]
	if ok {
		return k
	}
	info := &pb.TaskInfo{Name: name, Loose: of == nil}
	if of != nil {
		info.Code = of.Code()
		in, out := of.Types()
		info.InputType, info.OutputType = typeName(in), typeName(out)
		info.ContentType = of.ContentType()
	}
	t.tasks = append(t.tasks, info)
	k = &knownTask{index: uint32(len(t.tasks))}
	if of != nil {
		k.first = topic(len(t.all))
		for _, event := range taskEvents {
			t.find(address{scope: pb.Scope_SCOPE_TASK, task: name, event: event})
		}
	}
	t.byName[key] = k
	return k
}

func typeName(t reflect.Type) string {
	if t == nil {
		return ""
	}
	return t.String()
}
