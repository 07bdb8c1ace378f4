package process

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/signalbox-go/signalbox/framework/pluginproc"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// Executor runs calls in worker processes. It is made by [Plugin] and [Self].
type Executor struct {
	cfg config

	mu        sync.Mutex
	host      scheduler.Host
	open      bool
	killed    error // set by Stop with kill: what is submitted is cancelled with it
	failed    error // set when no worker is left: what is submitted fails with it
	backlog   scheduler.Backlog
	workers   []*worker
	retired   []*worker // replaced by one of workers, and at their last calls
	codes     []string  // what the plugin offers, nil before the first start
	folder    *pluginproc.Folder
	life      context.Context // ends when the executor stops
	end       context.CancelFunc
	wg        sync.WaitGroup
	balancing bool // it is looked again soon whether a worker is stuck
	claimed   bool // from Start to the end of Stop
	paused    bool // nothing of the backlog is sent
	watching  bool // somebody watches the limits of calls
	ledgers   atomic.Int64
}

// Plugin returns an executor whose workers run the plugin at path. It panics
// in a worker process that did not serve; see [Self].
func Plugin(path string, opts ...Option) *Executor {
	refuseUnservedWorker()
	return newExecutor(newConfig(path, opts))
}

func newExecutor(c config) *Executor { return &Executor{cfg: c} }

// Name implements [scheduler.Executor].
func (e *Executor) Name() string { return e.cfg.name }

// Encodes implements [scheduler.Executor].
func (e *Executor) Encodes() bool { return true }

// Offers implements [scheduler.Executor].
func (e *Executor) Offers(code string, _ bool) (scheduler.Offer, string) {
	if e.cfg.self {
		if ok, hint := offersSelf(code); !ok {
			return scheduler.OfferNo, hint
		}
		return scheduler.OfferYes, ""
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.codes == nil:
		return scheduler.OfferUnknown, ""
	case slices.Contains(e.codes, code):
		return scheduler.OfferYes, ""
	}
	return scheduler.OfferNo, fmt.Sprintf("plugin %s does not have it", e.cfg.name)
}

// Codes implements [scheduler.Executor].
func (e *Executor) Codes() []string {
	if e.cfg.self {
		names, _ := task.Offered()
		slices.Sort(names)
		return names
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.codes)
}

// Status implements [scheduler.Executor].
func (e *Executor) Status() scheduler.ExecutorStatus {
	e.mu.Lock()
	defer e.mu.Unlock()
	c := e.cfg
	if err := c.resolve(); err != nil {
		return scheduler.ExecutorStatus{Name: e.cfg.name, Kind: "process"}
	}
	return scheduler.ExecutorStatus{Name: c.name, Kind: "process", Workers: c.workers, Path: c.path}
}

// Busy implements [scheduler.Gauged].
func (e *Executor) Busy() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	busy, free := 0, 0
	for _, w := range e.workers {
		switch {
		case w.window.len > 0:
			busy++
		case w.session != nil && !w.dead && !w.stopping:
			free++
		}
	}
	if !e.paused {
		busy += min(free, e.backlog.Len())
	}
	return busy
}

// Start implements [scheduler.Executor]: it starts all workers side by side
// and returns when each can be given work.
func (e *Executor) Start(ctx context.Context, host scheduler.Host) error {
	if task.InWorker() {
		return fmt.Errorf("process: plugin %s: %w", e.cfg.name, ErrInsideWorker)
	}
	refuseUnservedWorker()
	cfg := e.cfg
	if err := cfg.resolve(); err != nil {
		return err
	}
	if cfg.self {
		if _, called := task.Offered(); !called {
			return fmt.Errorf("process: plugin %s: %s", cfg.name, missingCall)
		}
	}
	if !e.claim() {
		return fmt.Errorf("process: plugin %s: the executor is started already: give each scheduler one of its own", cfg.name)
	}
	if err := e.startWorkers(ctx, cfg, host); err != nil {
		e.release()
		return err
	}
	return nil
}

// claim makes the caller the one who started the executor, until release.
func (e *Executor) claim() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.claimed {
		return false
	}
	e.claimed = true
	return true
}

func (e *Executor) release() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.claimed = false
}

func (e *Executor) startWorkers(ctx context.Context, cfg config, host scheduler.Host) error {
	folder, err := pluginproc.MakeFolder()
	if err != nil {
		return err
	}
	offers := &offers{}
	workers := make([]*worker, cfg.workers)
	errs := make([]error, cfg.workers)
	var wg sync.WaitGroup
	for i := range workers {
		workers[i] = newWorker(e, i, cfg, host, folder.Path(), offers)
		wg.Go(func() { errs[i] = workers[i].start(ctx) })
	}
	wg.Wait()
	if err := firstOf(errs); err != nil {
		for i, w := range workers {
			if errs[i] == nil {
				wg.Go(w.abandon)
			}
		}
		wg.Wait()
		folder.Remove()
		return err
	}
	e.mu.Lock()
	e.host, e.open, e.killed, e.failed = host, true, nil, nil
	e.workers, e.retired, e.watching, e.folder = workers, nil, false, folder
	e.codes = workers[0].codes
	e.life, e.end = context.WithCancel(context.Background())
	e.mu.Unlock()
	for _, w := range workers {
		host.Report(w.event(scheduler.WorkerReady, nil))
		e.wg.Go(w.supervise)
	}
	return nil
}

// firstOf returns one of several errors that are most likely alike.
func firstOf(errs []error) error {
	for _, err := range errs {
		if err != nil && !errors.Is(err, context.Canceled) {
			return err
		}
	}
	return errors.Join(errs...)
}

// Submit implements [scheduler.Executor].
func (e *Executor) Submit(c *scheduler.Call) {
	e.mu.Lock()
	if o, refused := e.refuse(c); refused {
		end := e.host.End
		e.mu.Unlock()
		end([]scheduler.Outcome{o})
		return
	}
	e.backlog.Push(c)
	e.wake()
	e.mu.Unlock()
}

// refuse tells how a call ends that cannot be taken. e.mu is held.
func (e *Executor) refuse(c *scheduler.Call) (scheduler.Outcome, bool) {
	o := scheduler.Outcome{Call: c, Worker: -1}
	switch n := len(c.Payload()); {
	case c.CancelRequested():
		o.Cancelled, o.Err = true, c.CancelCause()
	case e.killed != nil:
		o.Cancelled, o.Err = true, e.killed
	case e.failed != nil:
		o.Err = e.failed
	case !e.open:
		o.Cancelled, o.Err = true, scheduler.ErrNotRunning
	case n+frameOverhead > e.cfg.maxMessage:
		o.Err = task.Errorf(task.KindEncode, "task %s: the input has %d bytes; a message may have %d (raise process.MaxMessage, or send a path)",
			c.Task(), n, e.cfg.maxMessage)
	default:
		o.Err = c.TooLate()
		return o, o.Err != nil
	}
	return o, true
}

// wake gets a worker that has room to look at the backlog, one without any
// work if there is one. e.mu is held.
func (e *Executor) wake() {
	var some *worker
	for _, w := range e.workers {
		if !w.dozing || !w.canTake() {
			continue
		}
		if w.window.len == 0 {
			some = w
			break
		}
		if some == nil {
			some = w
		}
	}
	if some != nil {
		some.poke()
	}
}

// Cancel implements [scheduler.Executor].
func (e *Executor) Cancel(c *scheduler.Call) {
	e.mu.Lock()
	if w, ok := c.Private.Owner.(*worker); ok {
		w.cancelCall(c)
		e.mu.Unlock()
		return
	}
	dropped := e.backlog.Drop(c)
	end := e.host.End
	e.mu.Unlock()
	if dropped {
		end([]scheduler.Outcome{{Call: c, Cancelled: true, Err: c.CancelCause(), Worker: -1}})
	}
	// Otherwise it is not yet here, where Submit will see the request, or over.
}

// Pause implements [scheduler.Executor].
func (e *Executor) Pause(paused bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.paused = paused
	for _, w := range e.workers {
		w.poke()
	}
}

// Began implements [scheduler.Executor].
func (e *Executor) Began(c *scheduler.Call) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	w, ok := c.Private.Owner.(*worker)
	return ok && w.began(c.Private.Seq)
}

// Stop implements [scheduler.Executor].
func (e *Executor) Stop(kill bool, cause error) {
	e.mu.Lock()
	if e.end == nil { // never started
		e.mu.Unlock()
		return
	}
	e.open = false
	e.end()
	var dropped []scheduler.Outcome
	if kill {
		if cause == nil {
			cause = errors.New("the run was ended")
		}
		e.killed = cause
		for _, c := range e.backlog.Clear() {
			dropped = append(dropped, scheduler.Outcome{Call: c, Cancelled: true, Err: cause, Worker: -1})
		}
	}
	for _, w := range e.everyWorker() {
		if w.finish(kill) {
			e.wg.Go(w.proc.Kill) // the sender may be stuck in a frame that is not read
		}
	}
	end := e.host.End
	e.mu.Unlock()
	if len(dropped) > 0 {
		end(dropped)
	}
	e.wg.Wait()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.folder.Remove()
	e.workers, e.claimed = nil, false
}

// giveUp records that a worker will not be replaced. When it was the last, the
// executor can run nothing any more.
func (e *Executor) giveUp(w *worker, err error) {
	e.host.Report(w.event(scheduler.WorkerFailed, err))
	e.mu.Lock()
	w.lost = true
	for _, other := range e.workers {
		if !other.lost {
			e.mu.Unlock()
			e.host.Log.Error("worker given up", "plugin", e.cfg.name, "worker", w.number, "error", err)
			return
		}
	}
	e.failed = task.NotRetryable(fmt.Errorf("process: plugin %s: no worker is left: %w", e.cfg.name, err))
	failed := e.failed
	var outcomes []scheduler.Outcome
	for _, c := range e.backlog.Clear() {
		outcomes = append(outcomes, scheduler.Outcome{Call: c, Err: failed, Worker: -1})
	}
	e.mu.Unlock()
	e.host.Fail(failed)
	e.host.End(outcomes)
}
