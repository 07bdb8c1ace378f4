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
	s.tellSignal(s.OnFinishing)
	r.judge(nil)

	s.mu.Lock()
	s.running = false
	if r.opts.kill && !r.killing {
		r.killing, r.cause = true, r.killCause()
	}
	s.mu.Unlock()
	r.shutDown()

	r.finished = true
	s.tellSignal(s.OnFinished)
	r.judge(nil)
	r.tellRest()

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
// stopped.
func (r *run) shutDown() {
	s := r.s
	for {
		r.tellRest()
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
				r.tellRest()
				return
			default:
			}
		}
		r.sleep()
	}
}

// stopExecutors stops all executors side by side and wakes the loop.
func (r *run) stopExecutors(kill bool, cause error) {
	var wg sync.WaitGroup
	for _, e := range r.s.executors {
		wg.Go(func() { e.Stop(kill, cause) })
	}
	wg.Wait()
	close(r.stopped)
	r.s.put(item{kind: itemWake})
}

// tellRest tells all that is in the inbox.
func (r *run) tellRest() {
	for it := r.nextItem(); it != nil; it = r.nextItem() {
		if it.kind != itemStop && it.kind != itemTimeout {
			r.tell(it)
		}
	}
}

// close hands the inbox over to whoever puts something in next, and lets Wait
// return.
func (r *run) close() {
	s := r.s
	for {
		r.tellRest()
		s.mu.Lock()
		if len(s.inbox.items) == 0 {
			break
		}
		s.mu.Unlock()
	}
	s.inbox.driven = false
	r.batch = nil
	close(r.done)
	s.mu.Unlock()
}
