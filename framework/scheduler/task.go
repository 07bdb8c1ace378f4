package scheduler

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/agext/levenshtein"
	"github.com/google/uuid"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/task"
)

// AnyTask is a task whatever its types. Its methods may be called from any
// goroutine.
type AnyTask interface {
	// Name returns the task's name, unique within its scheduler.
	Name() string
	// Ref returns a reference that no other task has.
	Ref() string
	// Code returns the name of the code that the task runs.
	Code() string
	// Types returns the types of inputs and results.
	Types() (in, out reflect.Type)
	// ContentType returns the content type of encoded inputs.
	ContentType() string
	// Emitter returns the emitter of the task's events.
	Emitter() *event.Emitter
	// Stats returns the task's counts and durations.
	Stats() Stats
	// Queue returns the futures whose submission has been told and whose end
	// has not, in order.
	Queue() []AnyFuture
	// Running returns how many futures of the queue have not ended.
	Running() int
	// Extensions returns what is attached to the task.
	Extensions() []Extension
	// Attach attaches further extensions, after those that the task has.
	Attach(extensions ...Extension) error
	// SubmitEncoded is [Task.Submit] for callers that have the input encoded,
	// in the content type of the task, which an empty one stands for. The error
	// is a [*RefusedError] too if the input does not decode.
	SubmitEncoded(payload []byte, contentType string, opts ...CallOption) (AnyFuture, error)
	// Cancel asks for all futures of the task that have not ended to be
	// cancelled, and returns how many those were; see [Future.Cancel].
	Cancel(cause ...error) int
	// Scheduler returns the scheduler that the task belongs to.
	Scheduler() *Scheduler
}

// Task is code that a scheduler runs on request, with events of its own.
type Task[In, Out any] struct {
	// OnSubmitted is told when a call of the task was accepted.
	OnSubmitted event.Subscriber[Submitted[In]]
	// OnDone is told when a future has a result or an error.
	OnDone event.Subscriber[Done]
	// OnResult is told when a future has a result.
	OnResult event.Subscriber[Result[Out]]
	// OnException is told when a future has an error.
	OnException event.Subscriber[Exception]
	// OnCancelled is told when a future was cancelled.
	OnCancelled event.Subscriber[TaskCancelled]

	core *taskCore
	def  *task.Def[In, Out]
}

// taskCore is a task without its types.
type taskCore struct {
	s        *Scheduler
	any      AnyTask // nil for calls without a task
	name     string
	code     string
	on       string // name of the executor it is bound to
	linked   bool
	ref      string
	emitter  *event.Emitter
	delivery event.Delivery

	submitting sync.Mutex // held from PreSubmit to acceptance
	exts       atomic.Pointer[[]Extension]
	hooks      atomic.Pointer[hooks] // of exts, nil if none has any
	exec       atomic.Pointer[Executor]

	queue  queue  // guarded by Scheduler.mu
	counts Counts // guarded by Scheduler.mu
	took   durations
}

// looseKey tells apart calls without a task, as a task's name would.
type looseKey struct{ name, code, executor string }

// NewTask makes a task of s that runs def, with extensions in the order in
// which they are to be asked. It may be called during a run, callbacks
// included. It panics where [AddTask] returns an error.
func NewTask[In, Out any](s *Scheduler, def *task.Def[In, Out], extensions ...Extension) *Task[In, Out] {
	t, err := AddTask(s, def, extensions...)
	if err != nil {
		panic(err.Error())
	}
	return t
}

// AddTask is [NewTask] for programs that learn at run time what tasks they
// have. The error says that the name is taken, that no executor has the code
// ([ErrUnknownTask]), or what an extension had to say.
func AddTask[In, Out any](s *Scheduler, def *task.Def[In, Out], extensions ...Extension) (*Task[In, Out], error) {
	if def == nil {
		return nil, errors.New("scheduler: a task needs a definition, not nil")
	}
	core := newCore(s, def.Name(), def.Code(), def.Executor(), def.Linked())
	if err := core.resolve(); err != nil {
		return nil, err
	}
	core.ref = uuid.NewString()
	core.emitter, core.delivery = event.NewOwned(core.name, owner{s}, s.log)
	t := &Task[In, Out]{core: core, def: def}
	core.any = t
	t.OnSubmitted = event.SubscriberOf(core.emitter, event.New[Submitted[In]](submittedName))
	t.OnDone = event.SubscriberOf(core.emitter, event.New[Done](doneName))
	t.OnResult = event.SubscriberOf(core.emitter, event.New[Result[Out]](resultName))
	t.OnException = event.SubscriberOf(core.emitter, event.New[Exception](exceptionName))
	t.OnCancelled = event.SubscriberOf(core.emitter, event.New[TaskCancelled](cancelledName))
	taken := fmt.Errorf("scheduler: there is a task %q already: give this one a name of its own with As", core.name)
	if s.Task(core.name) != nil { // before extensions are attached
		return nil, taken
	}
	if err := core.Attach(extensions...); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byName[core.name] != nil {
		return nil, taken
	}
	s.byName[core.name] = t
	s.tasks = append(s.tasks, t)
	return t, nil
}

func newCore(s *Scheduler, name, code, on string, linked bool) *taskCore {
	t := &taskCore{s: s, name: name, code: code, on: on, linked: linked}
	t.queue.at = func(c *Call) (*links, *bool) { return &c.inTask, &c.queuedInTask }
	return t
}

func (t *Task[In, Out]) coreOf() *taskCore { return t.core }

// coreOf returns a task without its types.
func coreOf(t AnyTask) *taskCore { return t.(interface{ coreOf() *taskCore }).coreOf() }

// looseTask returns what stands in for a task in calls without one.
func (s *Scheduler) looseTask(def interface {
	Name() string
	Code() string
	Executor() string
	Linked() bool
}) (*taskCore, error) {
	key := looseKey{def.Name(), def.Code(), def.Executor()}
	s.mu.Lock()
	t, ok := s.loose[key]
	s.mu.Unlock()
	if ok {
		return t, nil
	}
	t = newCore(s, def.Name(), def.Code(), def.Executor(), def.Linked())
	if err := t.resolve(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if other, ok := s.loose[key]; ok {
		return other, nil
	}
	s.loose[key] = t
	return t, nil
}

// executor returns where the task runs, nil while that is not known.
func (t *taskCore) executor() Executor {
	if e := t.exec.Load(); e != nil {
		return *e
	}
	return nil
}

func (t *taskCore) extensions() []Extension {
	if e := t.exts.Load(); e != nil {
		return *e
	}
	return nil
}

func (t *taskCore) capacity() int {
	if e := t.executor(); e != nil {
		return e.Status().Workers
	}
	return 1
}

// resolve finds the executor that has the task's code. It is no error yet if
// an executor cannot tell before it has started.
func (t *taskCore) resolve() error {
	var found []Executor
	var names, codes, hints []string
	unsure := false
	for _, e := range t.s.executors {
		names = append(names, e.Name())
		if t.on != "" && t.on != e.Name() {
			continue
		}
		offer, hint := e.Offers(t.code, t.linked)
		switch offer {
		case OfferYes:
			found = append(found, e)
		case OfferUnknown:
			unsure = true
		case OfferNo:
			codes = append(codes, e.Codes()...)
			if hint != "" {
				hints = append(hints, hint)
			}
		}
	}
	switch {
	case len(found) == 1:
		t.exec.Store(&found[0])
		return t.enforcesAll(t.extensions())
	case len(found) > 1:
		return fmt.Errorf("scheduler: task %s: several executors have code named %q: choose one of %s with On",
			t.name, t.code, strings.Join(names, ", "))
	case unsure:
		return nil
	}
	return t.unknown(codes, names, hints)
}

// unknown says that nobody has the task's code, and what may have been meant.
func (t *taskCore) unknown(codes, names, hints []string) error {
	msg := ""
	if best := nearest(t.code, codes); best != "" {
		msg = fmt.Sprintf("; did you mean %q?", best)
	} else if len(codes) > 0 {
		msg = "; there are " + strings.Join(codes, ", ")
	}
	if t.on != "" && !slices.Contains(names, t.on) {
		msg = fmt.Sprintf("; there is no executor %q, only %s", t.on, strings.Join(names, ", "))
	}
	if len(hints) > 0 {
		msg += ": " + strings.Join(hints, "; ")
	}
	return fmt.Errorf("scheduler: %w %q%s", ErrUnknownTask, t.code, msg)
}

// nearest returns the candidate that name is most likely a misspelling of.
func nearest(name string, candidates []string) string {
	best, bestScore := "", 0.6 // below it words have little in common
	for _, c := range candidates {
		if score := levenshtein.Similarity(name, c, nil); score > bestScore {
			best, bestScore = c, score
		}
	}
	return best
}

// Name implements [AnyTask].
func (t *Task[In, Out]) Name() string { return t.core.name }

// Ref implements [AnyTask].
func (t *Task[In, Out]) Ref() string { return t.core.ref }

// Code implements [AnyTask].
func (t *Task[In, Out]) Code() string { return t.core.code }

// Types implements [AnyTask].
func (t *Task[In, Out]) Types() (in, out reflect.Type) { return t.def.InputType(), t.def.OutputType() }

// ContentType implements [AnyTask].
func (t *Task[In, Out]) ContentType() string { return t.def.InputCodec().ContentType() }

// Def returns the task's definition.
func (t *Task[In, Out]) Def() *task.Def[In, Out] { return t.def }

// Emitter returns the emitter of the task's events. What is emitted on it
// takes its place behind what has already happened.
func (t *Task[In, Out]) Emitter() *event.Emitter { return t.core.emitter }

// Scheduler implements [AnyTask].
func (t *Task[In, Out]) Scheduler() *Scheduler { return t.core.s }

// Extensions implements [AnyTask].
func (t *Task[In, Out]) Extensions() []Extension {
	return append([]Extension(nil), t.core.extensions()...)
}

// Attach implements [AnyTask].
func (t *Task[In, Out]) Attach(extensions ...Extension) error { return t.core.Attach(extensions...) }

// Stats implements [AnyTask].
func (t *Task[In, Out]) Stats() Stats {
	t.core.s.mu.Lock()
	defer t.core.s.mu.Unlock()
	return Stats{Counts: t.core.counts, P50: t.core.took.quantile(50), P99: t.core.took.quantile(99)}
}

// Queue implements [AnyTask].
func (t *Task[In, Out]) Queue() []AnyFuture {
	t.core.s.mu.Lock()
	defer t.core.s.mu.Unlock()
	return futures(t.core.queue.calls(-1))
}

// Running implements [AnyTask].
func (t *Task[In, Out]) Running() int {
	t.core.s.mu.Lock()
	defer t.core.s.mu.Unlock()
	n := 0
	for _, c := range t.core.queue.calls(-1) {
		if !c.hasEnded() {
			n++
		}
	}
	return n
}

func (t *Task[In, Out]) deliverSubmitted(j *job[In, Out]) {
	event.Deliver(t.core.delivery, t.OnSubmitted, Submitted[In]{Future: &j.Future, Input: j.in})
}

func (t *Task[In, Out]) deliverEnded(j *job[In, Out]) {
	f := &j.Future
	switch State(f.c.state.Load()) {
	case Cancelled:
		event.Deliver(t.core.delivery, t.OnCancelled, TaskCancelled{Future: f, Err: f.c.err})
	case Failed:
		event.Deliver(t.core.delivery, t.OnDone, Done{Future: f})
		event.Deliver(t.core.delivery, t.OnException, Exception{Future: f, Err: f.c.err})
	case Succeeded:
		event.Deliver(t.core.delivery, t.OnDone, Done{Future: f})
		event.Deliver(t.core.delivery, t.OnResult, Result[Out]{Future: f, Value: f.out})
	}
}
