package local

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// killWarning is how long a kill waits before it says what it waits for.
const killWarning = 5 * time.Second

// Executor runs calls on goroutines of this process.
type Executor struct {
	kind    string
	workers int

	mu      sync.Mutex
	ready   sync.Cond
	host    scheduler.Host
	waiting []*scheduler.Call // nil where a call was cancelled
	head    int               // of waiting
	base    uint64            // number of waiting[0]; a call's is in its Private
	running map[*scheduler.Call]context.CancelCauseFunc
	open    bool // between Start and Stop
	killed  error
	wg      sync.WaitGroup
}

// Sequential returns an executor that runs one call at a time, in the order of
// submission.
func Sequential() *Executor { return newExecutor("sequential", 1) }

// Pool returns an executor that runs up to workers calls at a time; 0 means
// one per CPU that Go may use (GOMAXPROCS). It panics if workers is negative.
func Pool(workers int) *Executor {
	if workers < 0 {
		panic(fmt.Sprintf("local: Pool(%d) is out of range: it must be 0 or more", workers))
	}
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return newExecutor("pool", workers)
}

func newExecutor(kind string, workers int) *Executor {
	e := &Executor{kind: kind, workers: workers, running: map[*scheduler.Call]context.CancelCauseFunc{}}
	e.ready.L = &e.mu
	return e
}

// Name implements [scheduler.Executor].
func (e *Executor) Name() string { return e.kind }

// Offers implements [scheduler.Executor]: whatever is linked can be run.
func (e *Executor) Offers(_ string, linked bool) (scheduler.Offer, string) {
	if linked {
		return scheduler.OfferYes, ""
	}
	return scheduler.OfferNo, "its code is not linked into this program, and executor " + e.kind + " has no other"
}

// Codes implements [scheduler.Executor].
func (e *Executor) Codes() []string { return nil }

// Encodes implements [scheduler.Executor].
func (e *Executor) Encodes() bool { return false }

// Status implements [scheduler.Executor].
func (e *Executor) Status() scheduler.ExecutorStatus {
	return scheduler.ExecutorStatus{Name: e.kind, Kind: e.kind, Workers: e.workers}
}

// Start implements [scheduler.Executor].
func (e *Executor) Start(_ context.Context, host scheduler.Host) error {
	if task.InWorker() {
		return errors.New("local: a scheduler cannot be started inside a worker process")
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.host, e.open, e.killed = host, true, nil
	for n := range e.workers {
		e.wg.Go(func() { e.work(n) })
	}
	return nil
}

// Submit implements [scheduler.Executor].
func (e *Executor) Submit(c *scheduler.Call) {
	e.mu.Lock()
	if e.killed != nil || c.CancelRequested() || !e.open {
		cause := e.killed
		if c.CancelRequested() {
			cause = c.CancelCause()
		}
		end := e.host.End
		e.mu.Unlock()
		end([]scheduler.Outcome{{Call: c, Cancelled: true, Err: cause, Worker: -1}})
		return
	}
	e.compact()
	c.Private = scheduler.Private{Owner: e, Seq: e.base + uint64(len(e.waiting))}
	e.waiting = append(e.waiting, c)
	e.mu.Unlock()
	e.ready.Signal()
}

// Cancel implements [scheduler.Executor].
func (e *Executor) Cancel(c *scheduler.Call) {
	e.mu.Lock()
	if cancel, ok := e.running[c]; ok {
		e.mu.Unlock()
		cancel(c.CancelCause())
		return
	}
	waits := c.Private.Owner == e
	if waits {
		e.waiting[c.Private.Seq-e.base] = nil
		c.Private.Owner = nil
	}
	end := e.host.End
	e.mu.Unlock()
	// Otherwise it is not yet here, where Submit will see the request, or over.
	if waits {
		end([]scheduler.Outcome{{Call: c, Cancelled: true, Err: c.CancelCause(), Worker: -1}})
	}
}

// compact forgets the front of waiting, from which calls were taken, once it is
// the greater part. e.mu is held.
func (e *Executor) compact() {
	const few = 1024
	if e.head < few || e.head <= len(e.waiting)/2 {
		return
	}
	n := copy(e.waiting, e.waiting[e.head:])
	clear(e.waiting[n:])
	e.waiting, e.base, e.head = e.waiting[:n], e.base+uint64(e.head), 0
}

// Began implements [scheduler.Executor].
func (e *Executor) Began(c *scheduler.Call) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, ok := e.running[c]
	return ok
}

// Stop implements [scheduler.Executor].
func (e *Executor) Stop(kill bool, cause error) {
	e.mu.Lock()
	e.open = false
	var dropped []scheduler.Outcome
	if kill {
		if cause == nil {
			cause = scheduler.ErrCancelled
		}
		e.killed = cause
		for _, c := range e.waiting[e.head:] {
			if c != nil {
				c.Private.Owner = nil
				dropped = append(dropped, scheduler.Outcome{Call: c, Cancelled: true, Err: cause, Worker: -1})
			}
		}
		e.base += uint64(len(e.waiting))
		e.waiting, e.head = nil, 0
	}
	e.mu.Unlock()
	e.ready.Broadcast()
	if len(dropped) > 0 {
		e.host.End(dropped)
	}
	if kill {
		e.cancelRunning(cause)
	}
	warn := time.AfterFunc(killWarning, e.warn)
	e.wg.Wait()
	warn.Stop()
}

func (e *Executor) cancelRunning(cause error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, cancel := range e.running {
		cancel(cause)
	}
}

func (e *Executor) warn() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for c := range e.running {
		e.host.Log.Warn("waiting for code that does not heed its context; code in this process cannot be killed",
			"executor", e.kind, "task", c.Task(), "future", c.ID())
	}
}

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
		c, ctx, cancel := e.take(worker)
		if c == nil {
			stopped = true
			return
		}
		e.run(ctx, cancel, c, worker)
	}
}

// run runs one call and ends it, also if its code ends the goroutine.
func (e *Executor) run(ctx context.Context, cancel context.CancelCauseFunc, c *scheduler.Call, worker int) {
	began := time.Now()
	var err error = task.Errorf(task.KindPanic, "the code called runtime.Goexit")
	defer func() {
		elapsed := time.Since(began)
		cause := context.Cause(ctx)
		stopped := cause != nil && err != nil && (c.CancelRequested() || e.wasKilled())
		if stopped {
			err = cause
		}
		e.mu.Lock()
		delete(e.running, c)
		e.mu.Unlock()
		cancel(nil)
		e.host.End([]scheduler.Outcome{{Call: c, Err: err, Cancelled: stopped, Elapsed: elapsed, Worker: worker}})
	}()
	err = task.Classify(ctx, c.Run(ctx))
}

func (e *Executor) wasKilled() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.killed != nil
}

// take waits for a call. It returns nil when the executor has stopped.
func (e *Executor) take(worker int) (*scheduler.Call, context.Context, context.CancelCauseFunc) {
	e.mu.Lock()
	defer e.mu.Unlock()
	c := e.next()
	for c == nil {
		if !e.open {
			return nil, nil, nil
		}
		e.ready.Wait()
		c = e.next()
	}
	c.MarkRunning()
	ctx := task.WithInfo(context.Background(), task.Info{Task: c.Code(), Future: c.ID(), Attempt: 1, Worker: worker})
	ctx, cancel := context.WithCancelCause(ctx)
	if d := c.Constraints().Deadline; !d.IsZero() {
		timed, release := context.WithDeadline(ctx, d)
		stop := cancel
		ctx, cancel = timed, func(cause error) { stop(cause); release() }
	}
	e.running[c] = cancel
	return c, ctx, cancel
}

// next takes the first call that waits, nil for none. e.mu is held.
func (e *Executor) next() *scheduler.Call {
	for e.head < len(e.waiting) {
		c := e.waiting[e.head]
		e.waiting[e.head] = nil
		e.head++
		if c != nil {
			c.Private.Owner = nil
			return c
		}
	}
	e.base += uint64(len(e.waiting))
	e.waiting, e.head = e.waiting[:0], 0
	return nil
}
