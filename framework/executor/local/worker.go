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
	for {
		c, ctx := e.take(worker)
		if c == nil {
			stopped = true
			return
		}
		e.run(ctx, c, worker)
	}
}

// run runs one call and ends it, also if its code ends the goroutine.
func (e *Executor) run(ctx context.Context, c *scheduler.Call, worker int) {
	began := time.Now()
	var err error
	returned := false
	defer func() {
		task.Disconnect(ctx)
		elapsed := time.Since(began)
		if !returned {
			err = task.Errorf(task.KindPanic, "the code called runtime.Goexit")
		}
		stopped, cause := e.ended(c)
		// What code came to otherwise, such as a panic, is not hidden.
		stopped = stopped && task.IsKind(err, task.KindCancelled)
		if stopped {
			err = cause
		} else if late := overtime(ctx, c, elapsed, err); late != nil {
			err = late
		}
		e.host.End([]scheduler.Outcome{{Call: c, Err: err, Cancelled: stopped, Elapsed: elapsed, Worker: worker}})
	}()
	err = task.Classify(ctx, c.Run(ctx))
	returned = true
}

// take waits for a call. It returns nil when the executor has stopped.
func (e *Executor) take(worker int) (*scheduler.Call, context.Context) {
	e.mu.Lock()
	defer e.mu.Unlock()
	c := e.next()
	for c == nil {
		if !e.open {
			return nil, nil
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
	e.running[c] = &running{ctx: ctx, cancel: cancel, worker: worker, began: time.Now(), late: e.warnOvertime(c)}
	return c, ctx
}

// Began implements [scheduler.Executor].
func (e *Executor) Began(c *scheduler.Call) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, ok := e.running[c]
	return ok
}
