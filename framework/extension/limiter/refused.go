package limiter

import (
	"encoding/json"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// Errors of refused calls. All match [ErrLimit].
var (
	// ErrLimit is matched by whatever a limiter refuses a call by.
	ErrLimit error = reached("limit reached")
	// ErrCallLimit says that as many calls as there may be were accepted.
	ErrCallLimit error = reached("call limit reached")
	// ErrConcurrentLimit says that as many calls as there may be at a time run.
	ErrConcurrentLimit error = reached("concurrent limit reached")
	// ErrRunningTask says that a task runs beside which this one may not.
	ErrRunningTask error = reached("disabled due to running task")
	// ErrRateLimit says that it is too soon for another call.
	ErrRateLimit error = reached("rate limit reached")
)

// reached is a limit that was reached.
type reached string

func (r reached) Error() string { return string(r) }

func (r reached) Is(target error) bool { return target == ErrLimit }

// Events of a task with a limiter that refuses. Those are known of which the
// limiter has the limit; with [Queue] there are none.
var (
	// CallLimitReached is told when [MaxCalls] has refused a call.
	CallLimitReached = event.New[Refused]("call-limit-reached")
	// ConcurrentLimitReached is told when [MaxConcurrent] has refused a call.
	ConcurrentLimitReached = event.New[Refused]("concurrent-limit-reached")
	// DisabledDueToRunningTask is told when [NotWhileRunning] has refused a call.
	DisabledDueToRunningTask = event.New[Refused]("disabled-due-to-running-task")
	// RateLimitReached is told when [Rate] has refused a call.
	RateLimitReached = event.New[Refused]("rate-limit-reached")
)

// Refused is the value of a limiter's events: a call that was not accepted.
type Refused struct {
	// Task is the task that the call was for.
	Task scheduler.AnyTask
	// Other is the task that runs, nil but in [DisabledDueToRunningTask].
	Other scheduler.AnyTask
	// Input is what was submitted, as changed by extensions before.
	Input any
	// Err says which limit was reached. It matches that limit's error.
	Err error
}

// MarshalJSON writes what event plugins are told: the names of the tasks, the
// input, and the error's text.
func (r Refused) MarshalJSON() ([]byte, error) {
	told := struct {
		Task  string `json:"task"`
		Other string `json:"other,omitempty"`
		Input any    `json:"input"`
		Error string `json:"error"`
	}{Task: r.Task.Name(), Input: r.Input, Error: r.Err.Error()}
	if r.Other != nil {
		told.Other = r.Other.Name()
	}
	return json.Marshal(told)
}
