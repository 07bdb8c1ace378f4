package local

import (
	"context"
	"time"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// work is one worker: it runs calls until the executor stops.
func (e *Executor) work(worker int) {
	stopped := false
	defer func() {
		if !stopped {
			// Code called runtime.Goexit, which ends this goroutine and no other.
			e.wg.Go(func() { e.work(worker) })
		}
	}()
	s := &e.slots[worker]
	for e.take(s, worker) {
		e.run(s, worker)
	}
	stopped = true
}

// run runs the call of a slot and ends it, also if its code ends the goroutine.
func (e *Executor) run(s *slot, worker int) {
	c, ctx := s.call, s.ctx
	var err error
	returned := false
	defer func() {
		task.Disconnect(ctx)
		elapsed := time.Since(s.began)
		if !returned {
			err = task.Errorf(task.KindPanic, "the code called runtime.Goexit")
		}
		stopped, cause := e.ended(s)
		// What code came to otherwise, such as a panic, is not hidden.
		stopped = stopped && task.IsKind(err, task.KindCancelled)
		if stopped {
			err = cause
		} else if late := overtime(ctx, c, elapsed, err); late != nil {
			err = late
		}
		s.outcome[0] = scheduler.Outcome{Call: c, Err: err, Cancelled: stopped, Elapsed: elapsed, Worker: worker}
		e.host.End(s.outcome[:])
	}()
	err = task.Classify(ctx, c.Run(ctx))
	returned = true
}

// take frees a slot and waits for a call to run in it. It reports false when the
// executor has stopped.
func (e *Executor) take(s *slot, worker int) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	s.free()
	c := e.next()
	for c == nil {
		if !e.open {
			return false
		}
		e.ready.Wait()
		c = e.next()
	}
	c.MarkRunning()
	info := task.Info{Task: c.Code(), Future: c.ID(), Attempt: c.Attempt(), Worker: worker}
	ctx, cancel := task.Context(context.Background(), info, c.Constraints().Deadline)
	task.Connect(ctx, c.Heard(), poster{c}, 0)
	if d := c.Limits().Wall; d > 0 {
		timed, release := context.WithTimeoutCause(ctx, d, errOvertime)
		stop := cancel
		ctx, cancel = timed, func(cause error) { stop(cause); release() }
	}
	s.call, s.ctx, s.cancel, s.began, s.late = c, ctx, cancel, time.Now(), e.warnOvertime(c)
	s.over.Store(false)
	c.Private = scheduler.Private{Owner: s}
	return true
}

// Began implements [scheduler.Executor].
func (e *Executor) Began(c *scheduler.Call) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slotOf(c) != nil
}
