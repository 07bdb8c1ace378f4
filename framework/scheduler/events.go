package scheduler

import "github.com/signalbox-go/signalbox/framework/event"

// Stopped is the value of on_stop.
type Stopped struct {
	Message string
	Err     error // nil for a plain stop
}

// FutureSubmitted is the value of on_future_submitted.
type FutureSubmitted struct{ Future AnyFuture }

// FutureDone is the value of on_future_done.
type FutureDone struct{ Future AnyFuture }

// FutureCancelled is the value of on_future_cancelled.
type FutureCancelled struct {
	Future AnyFuture
	Err    error // a *CancelledError
}

// FutureException is the value of on_future_exception.
type FutureException struct {
	Future AnyFuture
	Err    error
}

// FutureResult is the value of on_future_result.
type FutureResult struct{ Future AnyFuture }

// Value returns the result.
func (e FutureResult) Value() any { return e.Future.Value() }

// Submitted is the value of a task's on_submitted.
type Submitted[In any] struct {
	Future AnyFuture
	Input  In
}

// Done is the value of a task's on_done.
type Done struct{ Future AnyFuture }

// Result is the value of a task's on_result.
type Result[Out any] struct {
	Future *Future[Out]
	Value  Out
}

// Exception is the value of a task's on_exception.
type Exception struct {
	Future AnyFuture
	Err    error
}

// TaskCancelled is the value of a task's on_cancelled.
type TaskCancelled struct {
	Future AnyFuture
	Err    error // a *CancelledError
}

// The scheduler's events, in the order in which they are shown.
var (
	startEvent           = event.NewSignal("on_start")
	finishingEvent       = event.NewSignal("on_finishing")
	finishedEvent        = event.NewSignal("on_finished")
	stopEvent            = event.New[Stopped]("on_stop")
	timeoutEvent         = event.NewSignal("on_timeout")
	emptyEvent           = event.NewSignal("on_empty")
	futureSubmittedEvent = event.New[FutureSubmitted]("on_future_submitted")
	futureDoneEvent      = event.New[FutureDone]("on_future_done")
	futureCancelledEvent = event.New[FutureCancelled]("on_future_cancelled")
	futureExceptionEvent = event.New[FutureException]("on_future_exception")
	futureResultEvent    = event.New[FutureResult]("on_future_result")
)

// Names of a task's events, whose types depend on the task's.
const (
	submittedName = "on_submitted"
	doneName      = "on_done"
	resultName    = "on_result"
	exceptionName = "on_exception"
	cancelledName = "on_cancelled"
)
