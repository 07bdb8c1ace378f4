package scheduler

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/signalbox-go/signalbox/framework/event"
)

// finish ends the run: it tells why, completes or kills what is left, stops
// the executors and tells that all is over.
func (r *run) finish(reason ExitCode) {
	s := r.s
	s.mu.Lock()
	s.accepting = false
	s.stopTimers()
	stop := r.stop
	if reason == ExitExhausted || reason == ExitTimeout {
		stop = nil
	}
	s.mu.Unlock()

	r.telling = false
	r.exit.Code = reason
	switch {
	case stop != nil:
		r.exit.Message, r.exit.Err = stop.message, stop.err
		value := Stopped{Message: stop.message, Err: stop.err}
		if s.observed() {
			s.observe(Occurrence{Kind: OccurredLifecycle, Event: s.OnStop.Event().Name(), Stopped: value})
		}
		event.Deliver(s.delivery, s.OnStop, value)
	case reason == ExitTimeout:
		r.exit.Message = fmt.Sprintf("the time of %v was over", r.opts.timeout)
		s.tellSignal(s.OnTimeout)
	}
	r.judge(nil)
	s.admitting.Wait() // nothing is admitted any more
	s.tellSignal(s.OnFinishing)
	r.judge(nil)

	s.mu.Lock()
	s.running = false
	s.mu.Unlock()
	s.tellFinishing()
	s.mu.Lock()
	if r.opts.kill && !r.killing {
		r.killing, r.cause = true, r.killCause()
	}
	s.mu.Unlock()
	r.shutDown()

	r.finished = true
	s.tellSignal(s.OnFinished)
	r.judge(nil)
	r.tellSome()

	if stop != nil && stop.raise {
		r.err = stop.err
	}
	if f := r.failure; f != nil && (stop == nil || stop.err == nil) {
		r.exit.Code, r.exit.Err, r.exit.Message = f.code, f.err, f.err.Error()
		if f.raise {
			r.err = f.err
		}
	}
	r.exit.Elapsed = time.Since(r.started)
	r.finishObservers()
}

// finishObservers has observers end, side by side.
func (r *run) finishObservers() {
	var wg sync.WaitGroup
	for _, o := range r.s.observers {
		wg.Go(func() { o.Finish(r.life, r.exit) })
	}
	wg.Wait()
	r.kill()
}

// killCause tells futures why they were killed at the end. s.mu is held.
func (r *run) killCause() error {
	if r.stop != nil && r.stop.err != nil {
		return r.stop.err
	}
	if r.exit.Message != "" {
		return errors.New(r.exit.Message)
	}
	return errors.New("the run ended")
}

// shutDown tells what happens until all work has ended and the executors have
// stopped. It looks at that after each batch: what is emitted without end does
// not keep the run from ending.
func (r *run) shutDown() {
	s := r.s
	for {
		r.tellBatch()
		s.mu.Lock()
		empty, killing, cause := s.queue.len == 0, r.killing, r.cause
		s.mu.Unlock()
		if r.stopped == nil && (empty || killing) {
			r.stopped = make(chan struct{})
			go r.stopExecutors(killing, cause)
		}
		if empty && r.stopped != nil {
			select {
			case <-r.stopped:
				r.tellSome()
				return
			default:
			}
		}
		r.sleep()
	}
}

// stopExecutors stops all executors side by side and wakes the loop.
func (r *run) stopExecutors(kill bool, cause error) {
	if kill {
		r.s.killHeld(cause)
	}
	var wg sync.WaitGroup
	for _, e := range r.s.executors {
		wg.Go(func() { e.Stop(kill, cause) })
	}
	wg.Wait()
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	close(r.stopped)
	r.s.inbox.put(item{kind: itemWake})
}

// tellBatch tells what has happened up to now.
func (r *run) tellBatch() {
	r.s.mu.Lock()
	n := len(r.batch) - r.next + r.s.inbox.items.len
	r.s.mu.Unlock()
	for range n {
		r.tellEnding(r.nextItem())
	}
}

// consequences is how much that follows from what has happened, such as what
// callbacks emit, is told before the run ends; the rest is told outside it.
const consequences = 1000

// tellSome tells what has happened up to now, and what follows from that
// within bounds.
func (r *run) tellSome() {
	r.tellBatch()
	r.tellFew()
}

func (r *run) tellFew() {
	for range consequences {
		it := r.nextItem()
		if it == nil {
			return
		}
		r.tellEnding(it)
	}
}

// tellEnding is tell for a run that is ending.
func (r *run) tellEnding(it *item) {
	if it.kind != itemStop && it.kind != itemTimeout {
		r.tell(it)
	}
}

// close leaves the inbox and lets Wait return.
func (r *run) close() {
	s := r.s
	r.tellFew()
	s.mu.Lock()
	rest := items{}.behind(r.batch[r.next:])
	if r.deaf.Load() {
		r.dropped += rest.drop() + s.inbox.items.drop()
	}
	s.inbox.leave(rest)
	s.counts.Dropped += r.dropped
	r.concluded = true
	s.mu.Unlock()
	if r.dropped > 0 {
		s.log.Warn("emissions dropped: the run was killed", "count", r.dropped)
	}
	r.endDisplays()
	close(r.done)
}
