package sdk

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/wire"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
	"github.com/signalbox-go/signalbox/sdk/internal/plugin"
)

// Scheduler mirrors the host's scheduler in an event plugin. Subscribing works
// as in the host, with the options of package event and the same rules. What
// the host does not send because nobody is due for it counts all the same.
//
// Callbacks never overlap, and events come in the order in which they happened.
// A record is acknowledged when the callbacks of all its events have returned.
// The methods may be called from any goroutine, callbacks included.
type Scheduler struct {
	// OnStart is told when a run has started.
	OnStart event.SignalSubscriber
	// OnFinishing is told when a run is about to end.
	OnFinishing event.SignalSubscriber
	// OnFinished is told last in every run.
	OnFinished event.SignalSubscriber
	// OnStop is told when a run was stopped.
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

	// OnRecord is told of everything that happens, whatever it is, before the
	// events that it stands for.
	OnRecord event.Subscriber[Record]
	// OnWorker is told when a worker's state has changed.
	OnWorker event.Subscriber[WorkerChange]
	// OnGap is told when this plugin has missed something.
	OnGap event.Subscriber[Gap]
	// OnSummary is told after on_finished.
	OnSummary event.Subscriber[Summary]

	link    *plugin.Link
	ctx     context.Context
	emitter *event.Emitter
	by      event.Delivery
	every   *Task

	mu       sync.Mutex
	tasks    map[string]*Task
	handlers []handlerOf // all that ever subscribed, in order
	known    map[*event.Handler]bool
	flushes  []func(context.Context) error
	acks     []func() error
	lingers  []func(context.Context)
	linger   time.Duration
	state    func() ([]byte, error)
	restore  func([]byte) error
	resume   uint64

	pluginOptions

	current *plugin.Record // whose events are being told; of the loop
}

// handlerOf is a handler with the mirror that it is subscribed on.
type handlerOf struct {
	h     *event.Handler
	scope pb.Scope
	task  string
	by    event.Delivery
	gone  bool
	base  uint64
}

// Task mirrors the events of one task, or of every task.
type Task struct {
	// OnSubmitted is told when a call of the task was accepted.
	OnSubmitted event.Subscriber[Submitted]
	// OnDone is told when a future has a result or an error.
	OnDone event.Subscriber[Done]
	// OnResult is told when a future has a result.
	OnResult event.Subscriber[Result]
	// OnException is told when a future has an error.
	OnException event.Subscriber[Exception]
	// OnCancelled is told when a future was cancelled.
	OnCancelled event.Subscriber[TaskCancelled]

	s       *Scheduler
	name    string
	scope   pb.Scope
	emitter *event.Emitter
	by      event.Delivery
}

func newScheduler(ctx context.Context, link *plugin.Link) *Scheduler {
	s := &Scheduler{ctx: ctx, link: link, tasks: map[string]*Task{}, known: map[*event.Handler]bool{}}
	s.emitter, s.by = event.NewMirror(link.Attach().GetRun().GetName(), owner{s: s, scope: pb.Scope_SCOPE_SCHEDULER}, nil)
	s.OnStart = event.SignalSubscriberOf(s, event.NewSignal("on_start"))
	s.OnFinishing = event.SignalSubscriberOf(s, event.NewSignal("on_finishing"))
	s.OnFinished = event.SignalSubscriberOf(s, event.NewSignal("on_finished"))
	s.OnStop = event.SubscriberOf(s, event.New[Stopped]("on_stop"))
	s.OnTimeout = event.SignalSubscriberOf(s, event.NewSignal("on_timeout"))
	s.OnEmpty = event.SignalSubscriberOf(s, event.NewSignal("on_empty"))
	s.OnFutureSubmitted = event.SubscriberOf(s, event.New[FutureSubmitted]("on_future_submitted"))
	s.OnFutureDone = event.SubscriberOf(s, event.New[FutureDone]("on_future_done"))
	s.OnFutureCancelled = event.SubscriberOf(s, event.New[FutureCancelled]("on_future_cancelled"))
	s.OnFutureException = event.SubscriberOf(s, event.New[FutureException]("on_future_exception"))
	s.OnFutureResult = event.SubscriberOf(s, event.New[FutureResult]("on_future_result"))
	s.OnRecord = event.SubscriberOf(s, event.New[Record](wire.EveryRecord))
	s.OnWorker = event.SubscriberOf(s, event.New[WorkerChange](wire.WorkerEvent))
	s.OnGap = event.SubscriberOf(s, event.New[Gap](gapEvent))
	s.OnSummary = event.SubscriberOf(s, event.New[Summary](summaryEvent))
	s.every = s.newTask("", pb.Scope_SCOPE_EVERY_TASK)
	return s
}

// Names of the plugin's own events that the host does not know.
const (
	gapEvent     = "gap"
	summaryEvent = "summary"
)

func (s *Scheduler) newTask(name string, scope pb.Scope) *Task {
	t := &Task{s: s, name: name, scope: scope}
	title := name
	if scope == pb.Scope_SCOPE_EVERY_TASK {
		title = "*"
	}
	t.emitter, t.by = event.NewMirror(title, owner{s: s, scope: scope, task: name}, nil)
	t.OnSubmitted = event.SubscriberOf(t, event.New[Submitted]("on_submitted"))
	t.OnDone = event.SubscriberOf(t, event.New[Done]("on_done"))
	t.OnResult = event.SubscriberOf(t, event.New[Result]("on_result"))
	t.OnException = event.SubscriberOf(t, event.New[Exception]("on_exception"))
	t.OnCancelled = event.SubscriberOf(t, event.New[TaskCancelled]("on_cancelled"))
	return t
}

// Emitter returns the mirror of the scheduler's emitter: subscribe to events
// that extensions or users emit by event.On(s, …).
func (s *Scheduler) Emitter() *event.Emitter { return s.emitter }

// Task returns the mirror of the task of that name, which the scheduler may
// have or come to have.
func (s *Scheduler) Task(name string) *Task {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.tasks[name]
	if !ok {
		t = s.newTask(name, pb.Scope_SCOPE_TASK)
		s.tasks[name] = t
	}
	return t
}

// EveryTask returns a mirror of the events of all tasks, counted together.
func (s *Scheduler) EveryTask() *Task { return s.every }

// Name returns the task's name, empty for every task.
func (t *Task) Name() string { return t.name }

// Emitter returns the mirror of the task's emitter.
func (t *Task) Emitter() *event.Emitter { return t.emitter }

// owner is what the mirrors belong to.
type owner struct {
	s     *Scheduler
	scope pb.Scope
	task  string
}

// Enqueue has the host emit what was emitted here. It comes back as an event.
func (o owner) Enqueue(e event.Emission) {
	for _, what := range e.Occurrences {
		c := &pb.Emit{Task: o.task, Event: what.Name, Depth: o.s.depth()}
		if what.Value != nil {
			data, err := json.Marshal(what.Value)
			if err != nil {
				slog.ErrorContext(o.s.ctx, "event not emitted: its value does not encode as JSON", "event", what.Name, "error", err)
				continue
			}
			c.Value = data
		}
		o.s.link.Tell(&pb.Call{What: &pb.Call_Emit{Emit: c}}, "event "+what.Name+" not emitted")
	}
}

// depth returns the depth of what is emitted now: events that are emitted in a
// callback come of the one that the callback hears of.
func (s *Scheduler) depth() uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == nil {
		return 0
	}
	return s.current.Depth + 1
}

// Failed logs a panic of a callback or predicate.
func (o owner) Failed(h *event.Handler, err error) {
	stack := ""
	if p, ok := err.(*event.PanicError); ok {
		stack = p.Stack
	}
	attrs := []any{"callback", h.Name(), "event", h.Event(), "error", err.Error(), "stack", stack}
	if o.s.endOnPanic {
		slog.ErrorContext(o.s.ctx, "callback failed", attrs...)
		plugin.Exit(o.s.ctx, err)
	}
	plugin.Panicked(o.s.ctx, "callback failed", attrs...)
}

// Changed takes note of handlers that came or went, and tells the host.
func (o owner) Changed(em *event.Emitter) {
	s := o.s
	s.mu.Lock()
	current := map[*event.Handler]bool{}
	for _, e := range em.Events() {
		for _, h := range e.Handlers {
			current[h] = true
			if !s.known[h] {
				s.known[h] = true
				s.handlers = append(s.handlers, handlerOf{h: h, scope: o.scope, task: o.task, by: o.delivery(), base: h.Base()})
			}
		}
	}
	for i := range s.handlers {
		h := &s.handlers[i]
		h.gone = h.gone || h.scope == o.scope && h.task == o.task && !current[h.h]
	}
	s.mu.Unlock()
	s.link.Changed()
}

// delivery returns the right to tell events on the owned mirror.
func (o owner) delivery() event.Delivery {
	switch o.scope {
	case pb.Scope_SCOPE_SCHEDULER:
		return o.s.by
	case pb.Scope_SCOPE_EVERY_TASK:
		return o.s.every.by
	}
	return o.s.tasks[o.task].by
}

// Run is the run that a plugin is attached to.
type Run struct {
	Name      string
	Ref       string // no other scheduler's
	Started   time.Time
	Tasks     []TaskInfo // when the plugin was attached
	Executors []ExecutorInfo
	// Timeout is the run's, 0 for none.
	Timeout time.Duration
	// KeepsRunning tells that an empty queue does not end the run, KillsAtEnd
	// that what runs at its end is killed.
	KeepsRunning, KillsAtEnd bool
	// Allowed is what this plugin may do besides listening.
	Allowed []string
}

// TaskInfo is one task of the scheduler.
type TaskInfo struct {
	Name, Code            string
	InputType, OutputType string // in the host's language
	ContentType           string // of inputs
}

// ExecutorInfo is where tasks run.
type ExecutorInfo struct {
	Name, Kind string
	Workers    int // calls that it can run at a time
}

// Run returns what run the plugin is attached to.
func (s *Scheduler) Run() Run {
	a := s.link.Attach()
	info := a.GetRun()
	r := Run{Name: info.GetName(), Ref: info.GetRef(), Started: time.Unix(0, info.GetStartedUnixNano()), Timeout: time.Duration(info.GetTimeoutNs()),
		KeepsRunning: info.GetKeepRunning(), KillsAtEnd: info.GetKillAtEnd(), Allowed: a.GetAllow()}
	for _, t := range info.GetTasks() {
		if !t.GetLoose() {
			r.Tasks = append(r.Tasks, TaskInfo{t.GetName(), t.GetCode(), t.GetInputType(), t.GetOutputType(), t.GetContentType()})
		}
	}
	for _, e := range info.GetExecutors() {
		r.Executors = append(r.Executors, ExecutorInfo{e.GetName(), e.GetKind(), int(e.GetWorkers())})
	}
	return r
}

// Gauges returns how the host stood a few seconds ago at most.
func (s *Scheduler) Gauges() Gauges { return gaugesOf(s.link.Gauges()) }

// Context ends when the host has no more use for the plugin.
func (s *Scheduler) Context() context.Context { return s.ctx }

// OnFlush has fn called when the run is over and all its events have been told:
// what is buffered is to be written then, within a few seconds.
func (s *Scheduler) OnFlush(fn func(context.Context) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flushes = append(s.flushes, fn)
}

// OnAcknowledge has fn called each time before records are acknowledged: what
// was buffered of them has to be written then, as they do not come again once
// they are acknowledged. It is called every few milliseconds under load. If it
// fails, they are not acknowledged, and the process ends as by [Scheduler.Fail].
func (s *Scheduler) OnAcknowledge(fn func() error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.acks = append(s.acks, fn)
}

// Fail logs why the plugin cannot go on, and ends its process at once. The host
// replaces it, and the next process is told again what was not acknowledged;
// a plugin that fails over and over is lost for good.
func (s *Scheduler) Fail(err error) {
	slog.ErrorContext(s.ctx, "the plugin cannot go on", "error", err.Error())
	plugin.Exit(s.ctx, err)
}

// WantInput is [WithInput], during set-up.
func (s *Scheduler) WantInput() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inputs = true
}

// WantResults is [WithResults], during set-up.
func (s *Scheduler) WantResults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.results = true
}

// Linger has fn called after everything else, and the plugin stay until it has
// returned, for at most d: ctx ends then.
func (s *Scheduler) Linger(d time.Duration, fn func(ctx context.Context)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.linger = max(s.linger, d)
	s.lingers = append(s.lingers, fn)
}

// Resumed reports whether this process replaces another one of this plugin, and
// returns the last record that that one has acknowledged, 0 for none.
func (s *Scheduler) Resumed() (seq uint64, again bool) {
	a := s.link.Attach()
	return a.GetResumeAfter(), a.GetAgain()
}

// ResumeAfter says, during set-up, that the plugin knows by itself that it has
// everything up to a record, such as from a file that it keeps. It is heeded
// where [Scheduler.Resumed] reports true.
func (s *Scheduler) ResumeAfter(seq uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.resume = seq
}

// Checkpoint keeps *state, as JSON of at most 1 MiB, with the host: it is sent
// with every acknowledgement, as it is between callbacks. If the plugin's
// process dies, the next one finds it in *state, as of the last record that was
// acknowledged, when its set-up has returned. A plugin has one state. It panics
// at a second call.
func Checkpoint[T any](s *Scheduler, state *T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != nil {
		panic("sdk: a plugin has one state: Checkpoint was called before")
	}
	var last []byte
	s.state = func() ([]byte, error) {
		data, err := json.Marshal(state)
		switch {
		case err != nil:
			return nil, fmt.Errorf("sdk: checkpoint: %w", err)
		case len(data) > wire.MaxState:
			return nil, fmt.Errorf("sdk: checkpoint: the state has %d bytes; it may have %d", len(data), wire.MaxState)
		case string(data) == string(last):
			return nil, nil
		}
		last = data
		return data, nil
	}
	s.restore = func(data []byte) error { return json.Unmarshal(data, state) }
}
