package scheduler

import (
	"fmt"

	"github.com/signalbox-go/signalbox/framework/event"
)

// tell does what an item of the inbox asks for: emit events, call functions.
// Only whoever drives the inbox calls it.
func (s *Scheduler) tell(it *item) {
	switch it.kind {
	case itemDo, itemEmission:
		it.do()
	case itemFunc:
		if err := guard("function given to CallLater or OnDone", it.do); err != nil {
			s.stray = append(s.stray, err)
		}
	case itemSubmitted:
		s.tellSubmitted(it.call)
	case itemEnded:
		s.tellEnded(it.call)
	case itemWorker:
		s.observe(Occurrence{Kind: OccurredWorker, Worker: *it.worker})
	}
}

func (s *Scheduler) tellSubmitted(c *Call) {
	s.mu.Lock()
	s.counts.Submitted++
	c.task.counts.Submitted++
	if !s.observed() { // otherwise it is known better
		c.since.Store(int64(s.clock))
	}
	s.mu.Unlock()
	if s.observed() {
		s.observeSubmitted(c)
	}
	event.Deliver(s.delivery, s.OnFutureSubmitted, FutureSubmitted{Future: c.Future()})
	if c.task.any == nil {
		return
	}
	s.mu.Lock()
	c.task.queue.push(c)
	s.mu.Unlock()
	c.self.deliverSubmitted()
}

// tellEnded emits the events of a call's end: the scheduler's before the
// task's, then the future's own callbacks.
func (s *Scheduler) tellEnded(c *Call) {
	s.mu.Lock()
	s.queue.remove(c)
	s.stopsReporting(c)
	s.tally(c)
	s.mu.Unlock()
	if s.observed() {
		s.observeEnded(c)
	}
	f := c.Future()
	switch State(c.state.Load()) {
	case Cancelled:
		event.Deliver(s.delivery, s.OnFutureCancelled, FutureCancelled{Future: f, Err: c.err})
	case Failed:
		event.Deliver(s.delivery, s.OnFutureDone, FutureDone{Future: f})
		event.Deliver(s.delivery, s.OnFutureException, FutureException{Future: f, Err: c.err})
	case Succeeded:
		event.Deliver(s.delivery, s.OnFutureDone, FutureDone{Future: f})
		event.Deliver(s.delivery, s.OnFutureResult, FutureResult{Future: f})
	}
	if c.task.any != nil {
		s.mu.Lock()
		c.task.queue.remove(c)
		s.mu.Unlock()
		c.self.deliverEnded()
	}
	s.callBack(c)
}

// tellSignal tells one of the run's own events.
func (s *Scheduler) tellSignal(sub event.SignalSubscriber) {
	if s.observed() {
		s.observe(Occurrence{Kind: OccurredLifecycle, Event: sub.Event().Name()})
	}
	event.DeliverSignal(s.delivery, sub)
}

// tellEmission tells what was emitted by hand.
func (s *Scheduler) tellEmission(e event.Emission) {
	if s.observed() {
		t := s.taskOf(e.Emitter)
		for _, o := range e.Occurrences {
			s.observe(Occurrence{Kind: OccurredEmission, Event: o.Name, Task: t, Value: o.Value, Origin: e.Origin})
		}
	}
	e.Deliver()
}

// taskOf returns the task that an emitter belongs to, nil for the scheduler's.
func (s *Scheduler) taskOf(em *event.Emitter) AnyTask {
	if em == s.emitter {
		return nil
	}
	return s.Task(em.Name())
}

// callBack calls the future's own callbacks.
func (s *Scheduler) callBack(c *Call) {
	s.mu.Lock()
	c.told = true
	var callbacks []func()
	if x := c.extras.Load(); x != nil {
		callbacks, x.callbacks = x.callbacks, nil
	}
	s.mu.Unlock()
	for _, fn := range callbacks {
		if err := guard("done-callback", fn); err != nil {
			s.stray = append(s.stray, err)
		}
	}
}

// reportStray logs errors of callbacks that were called outside a run, where
// no policy applies.
func (s *Scheduler) reportStray() {
	for _, err := range s.stray {
		s.logCallbackError(err)
	}
	s.stray = nil
}

func (s *Scheduler) logCallbackError(err error) {
	s.log.Error("callback failed", "error", err, "stack", stackOf(err))
}

func stackOf(err error) string {
	if p, ok := err.(*event.PanicError); ok {
		return p.Stack
	}
	return ""
}

// endOf says in a few words which error ended a run.
func endOf(c *Call) string {
	return fmt.Sprintf("future %d of task %s: %v", c.id, c.task.name, c.err)
}
