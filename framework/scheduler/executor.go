package scheduler

import (
	"context"
	"log/slog"
	"time"

	"github.com/signalbox-go/signalbox/framework/task"
)

// Executor runs calls somewhere: in this process, in worker processes, on
// other machines. It is the seam for those who write one; users only make one
// and hand it to [New].
//
// An executor must end every call that was given to it by Submit exactly once,
// through [Host.End], whatever happens. Its methods are safe for use from any
// goroutine, and Submit and Cancel never block. After Stop it can be started
// again.
type Executor interface {
	// Name tells the executor from others of one scheduler.
	Name() string

	// Offers tells whether the executor can run that code, and for OfferNo
	// what would have to be done. linked says that the code is part of this
	// program.
	Offers(code string, linked bool) (offer Offer, hint string)

	// Codes returns the names of the code that it knows it can run, for
	// suggestions. It may be empty.
	Codes() []string

	// Encodes reports whether the executor needs inputs as payloads.
	Encodes() bool

	// Start makes the executor ready to run calls. On an error nothing of it
	// is left. ctx bounds the start only.
	Start(ctx context.Context, host Host) error

	// Submit takes a call. It may be called until Stop returns, and for a call
	// that was accepted just before a kill also later; a call given while the
	// executor stops or when it has stopped is ended as cancelled, and one whose
	// deadline has passed ([Call.TooLate]) with that error, whether or not a
	// worker is free.
	Submit(*Call)

	// Cancel asks for the end of a call whose CancelRequested is true. The
	// call is ended when its code has really stopped, as cancelled or as what
	// it came to before.
	Cancel(*Call)

	// Pause pauses or resumes the beginning of calls that wait. It may be
	// called at any time, also before Start and after Stop, and holds until it
	// is called again. Calls that wait can be cancelled as ever.
	Pause(paused bool)

	// Send hands a message to the code of that attempt of the call. It does not
	// block. The error is [ErrTalkEnded] if that code does not run, or says why
	// the message cannot be sent.
	Send(c *Call, attempt int, m task.Message) error

	// Began reports whether the call's code has begun, as far as is known.
	Began(*Call) bool

	// Stop ends what runs, if kill is true, and then the executor itself. With
	// kill it ends every call that it holds as cancelled, with cause as the
	// reason, after its code has stopped. Without kill it is called when the
	// executor holds no call. Nothing of the executor is left when it returns.
	Stop(kill bool, cause error)

	// Status describes the executor for displays.
	Status() ExecutorStatus
}

// Gauged is implemented by executors that know how many of their workers have a
// call, or will have one of those that wait as soon as they take it. Busy may be
// called at any time, from any goroutine, and takes no longer than a look at each
// worker.
type Gauged interface {
	Executor
	Busy() int
}

// Offer is an executor's answer to whether it can run some code.
type Offer int

// Answers of [Executor.Offers].
const (
	OfferNo      Offer = iota // it cannot
	OfferYes                  // it can
	OfferUnknown              // it will know when it has started
)

// Host is what an executor may ask of the scheduler that started it.
type Host struct {
	// Run is the name of the run.
	Run string
	// Log is the run's logger.
	Log *slog.Logger
	// LimitsMemory tells that a task will ask for limits of memory, as far as is
	// known when the run starts.
	LimitsMemory bool
	// End ends calls, several at a time where several have ended. It does not
	// keep outcomes.
	End func(outcomes []Outcome)
	// Late counts messages of code that had ended, which are dropped.
	Late func(messages int)
	// Report tells what became of a worker, for counts and displays.
	Report func(WorkerEvent)
	// Fail tells that the executor can run nothing any more. Calls that it
	// holds or is given from then on end with an error. The run ends.
	Fail func(err error)
}

// Outcome is how a call ended.
type Outcome struct {
	Call *Call
	// Err is why it failed; nil for a result. With Cancelled it is the cause.
	Err error
	// Cancelled says that the call was stopped on request.
	Cancelled bool
	// Payload is the encoded result of an executor that encodes. It is kept.
	Payload []byte
	// ContentType of Payload; empty for that of the task.
	ContentType string
	// Elapsed is how long the code took.
	Elapsed time.Duration
	// Worker is the number of the worker that ran it, from 0; -1 for none.
	Worker int

	decoded bool // Payload was
}

// decode decodes the result into the call, unless that was done.
func (o *Outcome) decode() error {
	if o.decoded {
		return nil
	}
	o.decoded = true
	return o.Call.self.decode(o.Payload, o.ContentType)
}

// WorkerEvent is a change of one worker's state.
type WorkerEvent struct {
	Executor string
	Worker   int // from 0
	State    WorkerState
	PID      int
	Err      error // why a worker was lost or could not be started
}

// WorkerState is what became of a worker.
type WorkerState int

// States of a worker.
const (
	WorkerReady   WorkerState = iota // started, and able to run calls
	WorkerLost                       // died without having been asked to
	WorkerStopped                    // ended because it was asked to
	WorkerFailed                     // given up after it was lost: its process is not replaced any more
)

// ExecutorStatus describes an executor for displays.
type ExecutorStatus struct {
	Name    string
	Kind    string   // such as "process" or "sequential"
	Workers int      // calls that it can run at a time
	Details []string // further facts, a line each
	Path    string   // of the executable that its workers run, empty for none
}
