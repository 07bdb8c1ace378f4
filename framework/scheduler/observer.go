package scheduler

import (
	"context"
	"time"

	"github.com/signalbox-go/signalbox/framework/view"
)

// Observer follows everything that a scheduler tells, from beside it: it
// carries events elsewhere. Unlike a callback it is told of all events in one
// order, can keep a run from starting and from ending, and is not seen, unless
// it is a [ShownObserver].
type Observer interface {
	// Begin is called when a run is about to start, side by side with the
	// executors. An error keeps the run from starting. ctx bounds the call.
	Begin(ctx context.Context, tap *Tap) error
	// Abort follows a Begin that succeeded, if the run did not start after all.
	Abort(err error)
	// Observe is told what happens, by the scheduler's loop, before the
	// callbacks are. It must not block, and not keep o.
	Observe(o *Occurrence)
	// Settled reports whether whatever was told cannot lead to further work by
	// way of the observer. While it reports false, an empty queue does not end
	// the run; when that changes, the observer calls [Tap.Wake]. It must not
	// call the scheduler.
	Settled() bool
	// Finish is called by the scheduler's loop when on_finished has been told.
	// When it returns, nothing of the observer runs. ctx ends when the run is
	// killed.
	Finish(ctx context.Context, exit Exit)
}

// ShownObserver is implemented by observers that are to be seen after all: Show
// adds to a snapshot what they have to show, such as the handlers of event
// plugins. It is called from any goroutine, also while callbacks run. It must
// not wait for them or call the scheduler; a lock that is held briefly is fine.
type ShownObserver interface {
	Show(snapshot *view.Scheduler)
}

// Observed adds an observer.
func Observed(o Observer) Option {
	return func(s *Scheduler) { s.observers = append(s.observers, o) }
}

// Occurrence is one thing that happened, as observers are told.
type Occurrence struct {
	Kind OccurrenceKind
	// Time is when it was told.
	Time time.Time
	// Event names the event of OccurredLifecycle and OccurredEmission.
	Event string
	// Stopped is the value of on_stop.
	Stopped Stopped
	// Task is that of the future, or on whose emitter an event was emitted; nil
	// for the scheduler's, and for a future without a task.
	Task AnyTask
	// Future is that of OccurredSubmitted and OccurredEnded.
	Future AnyFuture
	// Payload is the encoded input or result of a future; see [Tap.Keep]. Err
	// says why there is none although it was asked for.
	Payload     []byte
	ContentType string
	Err         error
	// Wait is how long an ended future waited, that is, did not run.
	Wait time.Duration
	// Value and Origin are those of an emission; see package event.
	Value  any
	Origin any
	// Worker is what became of a worker.
	Worker WorkerEvent
}

// OccurrenceKind says what happened.
type OccurrenceKind uint8

// Kinds of occurrences.
const (
	OccurredLifecycle OccurrenceKind = iota // the run's own events
	OccurredSubmitted                       // a call was accepted
	OccurredEnded                           // a future has ended
	OccurredEmission                        // somebody emitted an event by hand
	OccurredWorker                          // a worker's state changed
)

// Tap is an observer's hold on the scheduler that it observes.
type Tap struct {
	s    *Scheduler
	opts runOptions
}

// Scheduler returns the scheduler.
func (t *Tap) Scheduler() *Scheduler { return t.s }

// Timeout returns the run's timeout, 0 for none.
func (t *Tap) Timeout() time.Duration { return t.opts.timeout }

// KeepsRunning reports whether the run was started with [KeepRunning].
func (t *Tap) KeepsRunning() bool { return t.opts.keepRunning }

// KillsAtEnd reports whether the run was started with [KillAtEnd].
func (t *Tap) KillsAtEnd() bool { return t.opts.kill }

// Keep has the scheduler hand out inputs or results from now on, until the end
// of the run: nothing is kept or encoded unless somebody asks.
func (t *Tap) Keep(inputs, results bool) {
	if inputs {
		t.s.keepInputs.Store(true)
	}
	if results {
		t.s.keepResults.Store(true)
	}
}

// Wake has the scheduler's loop look again whether the run is to end.
func (t *Tap) Wake() { t.s.put(item{kind: itemWake}) }

// Tell has observers told of o as of something that happens now, behind what
// has already happened. No callback hears of it.
func (t *Tap) Tell(o Occurrence) {
	t.s.put(item{kind: itemDo, do: func() { t.s.observe(o) }})
}

// Pause pauses or resumes dispatch for this observer; see [Scheduler.Pause].
func (t *Tap) Pause(paused bool) { t.s.pauses.set(t, paused) }

// kept are payloads that observers asked for, until they are told.
type kept struct {
	input, output []byte
	outputType    string
}

// keeps returns what is kept of the call, nil for nothing.
func (c *Call) keeps() *kept {
	if x := c.extras.Load(); x != nil {
		return x.kept.Load()
	}
	return nil
}

func (s *Scheduler) observed() bool { return len(s.observers) > 0 }

// observe tells observers. Only whoever drives the inbox calls it, so that there
// is one occurrence at a time, in memory that is used again.
func (s *Scheduler) observe(o Occurrence) {
	s.occurred = o
	s.occurred.Time = s.now()
	for _, w := range s.observers {
		w.Observe(&s.occurred)
	}
	s.occurred = Occurrence{}
}

// now returns the time, for whoever drives the inbox. The time of day is asked for
// once a second, what has passed since then each time, which takes half as long.
func (s *Scheduler) now() time.Time {
	since := time.Since(s.day)
	if since > time.Second {
		s.day = time.Now()
		return s.day
	}
	return s.day.Add(since)
}

func (s *Scheduler) observeSubmitted(c *Call) {
	o := Occurrence{Kind: OccurredSubmitted, Task: c.task.any, Future: c.Future()}
	if s.keepInputs.Load() {
		o.ContentType = c.self.def().InputCodec().ContentType()
		if k := c.keeps(); k != nil && k.input != nil {
			o.Payload = k.input
		} else {
			o.Payload, o.Err = c.self.encode()
		}
	}
	s.observe(o)
}

func (s *Scheduler) observeEnded(c *Call) {
	o := Occurrence{Kind: OccurredEnded, Task: c.task.any, Future: c.Future(), Wait: time.Duration(c.since.Load())}
	if s.keepResults.Load() && State(c.state.Load()) == Succeeded {
		o.ContentType = c.self.def().OutputCodec().ContentType()
		if k := c.keeps(); k != nil && k.output != nil {
			o.Payload = k.output
			if k.outputType != "" {
				o.ContentType = k.outputType
			}
		} else {
			o.Payload, o.Err = c.self.encodeOutput()
		}
	}
	if x := c.extras.Load(); x != nil {
		x.kept.Store(nil)
	}
	s.observe(o)
}

// settledObservers reports whether no observer has reason to keep the run.
func (s *Scheduler) settledObservers() bool {
	settled := true
	for _, o := range s.observers {
		settled = o.Settled() && settled
	}
	return settled
}
