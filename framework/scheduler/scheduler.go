package scheduler

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/signalbox-go/signalbox/framework/event"
)

// Errors that callers branch on.
var (
	// ErrNotRunning is returned where something needs a run that goes on.
	ErrNotRunning = errors.New("not running")
	// ErrRunning is returned where a run is started while one goes on.
	ErrRunning = errors.New("already running")
	// ErrUnknownTask is returned where no executor has a task's code.
	ErrUnknownTask = errors.New("unknown task")
	// ErrLimits is returned where a task's executor cannot enforce its limits.
	ErrLimits = errors.New("limits cannot be enforced")
)

// Scheduler hands calls of tasks to executors and tells what becomes of them.
// Its methods may be called from any goroutine, callbacks included.
type Scheduler struct {
	// OnStart is told when a run has started.
	OnStart event.SignalSubscriber
	// OnFinishing is told when a run is about to end; work may be submitted no
	// more.
	OnFinishing event.SignalSubscriber
	// OnFinished is told last in every run, when all work has ended.
	OnFinished event.SignalSubscriber
	// OnStop is told when a run was stopped: by Stop, by its context, or by a
	// policy on an error.
	OnStop event.Subscriber[Stopped]
	// OnTimeout is told when a run's time is over.
	OnTimeout event.SignalSubscriber
	// OnEmpty is told each time the queue has become empty.
	OnEmpty event.SignalSubscriber
	// OnFutureSubmitted is told when a call was accepted.
	OnFutureSubmitted event.Subscriber[FutureSubmitted]
	// OnFutureDone is told when a future has a result or an error.
	OnFutureDone event.Subscriber[FutureDone]
	// OnFutureCancelled is told when a future was cancelled.
	OnFutureCancelled event.Subscriber[FutureCancelled]
	// OnFutureException is told when a future has an error.
	OnFutureException event.Subscriber[FutureException]
	// OnFutureResult is told when a future has a result.
	OnFutureResult event.Subscriber[FutureResult]

	name      string
	ref       string
	log       *slog.Logger
	executors []Executor
	emitter   *event.Emitter
	delivery  event.Delivery
	observers []Observer
	pauses    pauses

	keepInputs, keepResults atomic.Bool // observers asked for them

	mu        sync.Mutex
	inbox     inbox
	queue     queue              // accepted, and its end not told
	reporting map[*Call]struct{} // of the queue, whose code has told its progress
	lastID    uint64
	timers    map[*Timer]struct{}
	tasks     []AnyTask
	byName    map[string]AnyTask
	loose     map[looseKey]*taskCore // of calls without a task
	counts    Counts
	made      time.Time
	explained []string // how limits of memory are enforced, as was told in this run
	holdless  bool     // the run is killed: nothing is held any more
	workers   WorkerCounts
	refusals  map[refusal]uint64
	failures  failures
	results   endings
	others    endings // that failed or were cancelled
	slowest   slowest
	lost      lostWorkers
	clock     time.Duration // since made, as of the item that is told or a few before
	run       *run          // the one that goes on, or the last
	starting  *run          // the one whose executors are being started
	accepting bool          // calls are accepted
	admitted  int           // calls that are accepted and not yet put in; see admit
	running   bool          // what Running tells

	driver    atomic.Uint64  // goroutine that tells items, or did last
	admitting sync.WaitGroup // is what admitted counts

	occurred Occurrence // of observe
	day      time.Time  // see now
	// stray holds errors of callbacks since the last look; only whoever
	// drives the inbox touches it.
	stray []error
}

// New returns a scheduler that runs tasks on that executor.
func New(executor Executor, opts ...Option) *Scheduler {
	if executor == nil {
		panic("scheduler: New needs an executor, not nil")
	}
	s := &Scheduler{
		name:      "scheduler",
		ref:       uuid.NewString(),
		made:      time.Now(),
		log:       slog.Default(),
		executors: []Executor{executor},
		timers:    map[*Timer]struct{}{},
		reporting: map[*Call]struct{}{},
		byName:    map[string]AnyTask{},
		loose:     map[looseKey]*taskCore{},
		refusals:  map[refusal]uint64{},
	}
	for i, o := range opts {
		if o == nil {
			panic(fmt.Sprintf("scheduler: New: option %d is nil", i+1))
		}
		o(s)
	}
	names := map[string]bool{}
	for _, e := range s.executors {
		if names[e.Name()] {
			panic(fmt.Sprintf("scheduler: two executors are called %q: give one another name", e.Name()))
		}
		names[e.Name()] = true
	}
	s.pauses.executors = s.executors
	s.inbox.wake, s.inbox.drain = make(chan struct{}, 1), s.drain
	s.queue.at = func(c *Call) (*links, *bool) { return &c.inQueue, &c.queued }
	s.emitter, s.delivery = event.NewOwned(s.name, owner{s}, s.log)
	s.OnStart = event.SignalSubscriberOf(s, startEvent)
	s.OnFinishing = event.SignalSubscriberOf(s, finishingEvent)
	s.OnFinished = event.SignalSubscriberOf(s, finishedEvent)
	s.OnStop = event.SubscriberOf(s, stopEvent)
	s.OnTimeout = event.SignalSubscriberOf(s, timeoutEvent)
	s.OnEmpty = event.SignalSubscriberOf(s, emptyEvent)
	s.OnFutureSubmitted = event.SubscriberOf(s, futureSubmittedEvent)
	s.OnFutureDone = event.SubscriberOf(s, futureDoneEvent)
	s.OnFutureCancelled = event.SubscriberOf(s, futureCancelledEvent)
	s.OnFutureException = event.SubscriberOf(s, futureExceptionEvent)
	s.OnFutureResult = event.SubscriberOf(s, futureResultEvent)
	return s
}

// owner drives the emitters of a scheduler and its tasks.
type owner struct{ s *Scheduler }

func (o owner) Enqueue(e event.Emission) {
	o.s.put(item{kind: itemEmission, do: func() { o.s.tellEmission(e) }})
}

func (o owner) Changed(*event.Emitter) {}

func (o owner) Failed(_ *event.Handler, err error) { o.s.stray = append(o.s.stray, err) }

// Name returns the scheduler's name.
func (s *Scheduler) Name() string { return s.name }

// Ref returns a reference that no other scheduler has.
func (s *Scheduler) Ref() string { return s.ref }

// Emitter returns the emitter of the scheduler's events. What is emitted on it
// takes its place behind what has already happened; see the package's contracts
// for when that is outside a run.
func (s *Scheduler) Emitter() *event.Emitter { return s.emitter }

// Log returns where the scheduler logs.
func (s *Scheduler) Log() *slog.Logger { return s.log }

// Executors describes the scheduler's executors, in the order in which they
// were given.
func (s *Scheduler) Executors() []ExecutorStatus {
	out := make([]ExecutorStatus, len(s.executors))
	for i, e := range s.executors {
		out[i] = e.Status()
	}
	return out
}

// Running reports whether a run goes on: from Start until it was stopped or,
// where it ends of itself, until on_finishing has been told.
func (s *Scheduler) Running() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.running
}

// Empty reports whether no future is in the queue.
func (s *Scheduler) Empty() bool { return s.Len() == 0 }

// Len returns the number of futures in the queue: those that were accepted and
// whose end has not been told.
func (s *Scheduler) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.queue.len
}

// Queue returns the futures in the queue, in order of submission.
func (s *Scheduler) Queue() []AnyFuture {
	s.mu.Lock()
	defer s.mu.Unlock()
	return futures(s.queue.calls(-1))
}

// Tasks returns the scheduler's tasks in the order in which they were made.
func (s *Scheduler) Tasks() []AnyTask {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]AnyTask(nil), s.tasks...)
}

// Task returns the task of that name, nil for none.
func (s *Scheduler) Task(name string) AnyTask {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byName[name]
}

// CancelWaiting cancels every future whose code has not begun as far as is
// known, and returns their number. It does not wait.
func (s *Scheduler) CancelWaiting(cause error) int {
	s.mu.Lock()
	calls := s.queue.calls(-1)
	s.mu.Unlock()
	n := 0
	for _, c := range calls {
		if c.currentState() == Pending && c.requestCancel(cause) {
			n++
		}
	}
	return n
}

func futures(calls []*Call) []AnyFuture {
	out := make([]AnyFuture, len(calls))
	for i, c := range calls {
		out[i] = c.Future()
	}
	return out
}

// Run starts a run, waits for its end and says how it ended. It is [Scheduler.Start]
// and [Scheduler.Wait]. Inside a callback, which would wait for itself, it
// starts nothing and returns [ErrInCallback], or [ErrRunning] if it is one of a
// run.
func (s *Scheduler) Run(ctx context.Context, opts ...RunOption) (Exit, error) {
	if s.inCallback() && s.present() == nil {
		return Exit{}, fmt.Errorf("scheduler: run: %w", ErrInCallback)
	}
	if err := s.Start(ctx, opts...); err != nil {
		return Exit{}, err
	}
	return s.wait()
}
