package wire

import pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"

// What hosts and event plugins agree on besides the messages.
const (
	// KindNotAllowed is the kind of error of a call that was not granted.
	KindNotAllowed = "not-allowed"
	// KindLoop is the kind of error of an emission that would go on for ever.
	KindLoop = "event-loop"
	// MaxDepth is how many emissions of plugins may lead to each other.
	MaxDepth = 16
	// MaxState is how large a plugin's state may be, in bytes.
	MaxState = 1 << 20
	// EveryRecord is what handlers of all records are subscribed to, as an event
	// of the scheduler.
	EveryRecord = "*"
	// WorkerEvent is what handlers of changes of workers are subscribed to, as an
	// event of the scheduler.
	WorkerEvent = "worker"
)

// EventName returns how an event is called where those of the scheduler and of
// tasks stand together: those of a task have its name and a dot in front, those
// of every task "*.".
func EventName(scope pb.Scope, task, event string) string {
	switch scope {
	case pb.Scope_SCOPE_TASK:
		return task + "." + event
	case pb.Scope_SCOPE_EVERY_TASK:
		return "*." + event
	}
	return event
}
