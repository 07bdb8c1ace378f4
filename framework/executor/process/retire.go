package process

import (
	"errors"
	"slices"
	"time"

	"github.com/signalbox-go/signalbox/framework/pluginproc"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/session"
)

// maxReplacements is how often in a row it is tried to start a replacement.
const maxReplacements = 5

// everyWorker returns the workers, and those that have been replaced and not
// ended yet. e.mu is held.
func (e *Executor) everyWorker() []*worker {
	if len(e.retired) == 0 {
		return e.workers
	}
	return append(slices.Clone(e.workers), e.retired...)
}

// retire has the worker's process replaced by another, which is started first.
// From then on it is sent nothing, and ends when it has ended its calls. e.mu is
// held.
func (w *worker) retire(why string) {
	if w.retiring || w.retired || w.goesOn || w.dead || w.stopping || !w.e.open {
		return
	}
	w.retiring = true
	proc := w.proc
	w.host.Log.Debug("replacing a worker", "plugin", w.cfg.name, "worker", w.number, "pid", proc.PID(), "why", why)
	w.e.wg.Go(func() { w.succeed(proc) })
}

// succeed starts a replacement and puts it in the worker's place.
func (w *worker) succeed(proc *pluginproc.Process) {
	next := newWorker(w.e, w.number, w.cfg, w.host, w.folder, &offers{})
	delays := slowDelays()
	for try := 1; ; try++ {
		err := next.start(w.e.life)
		if err == nil {
			break
		}
		if w.e.life.Err() != nil {
			return
		}
		w.host.Log.Error("worker not replaced", "plugin", w.cfg.name, "worker", w.number, "error", err)
		if try == maxReplacements || errors.Is(err, session.ErrSetup) || errors.Is(err, pluginproc.ErrChecksum) {
			w.goOn(proc)
			return
		}
		t := time.NewTimer(delays.NextBackOff())
		select {
		case <-t.C:
		case <-w.e.life.Done():
			t.Stop()
			return
		}
	}
	if !w.replaceBy(next, proc) {
		next.abandon()
		return
	}
	w.host.Report(next.event(scheduler.WorkerReady, nil))
	next.supervise()
}

// goOn has a process that could not be replaced go on: that is better than
// nothing.
func (w *worker) goOn(proc *pluginproc.Process) {
	w.e.mu.Lock()
	defer w.e.mu.Unlock()
	if w.proc != proc || w.dead {
		return
	}
	w.host.Log.Error("a worker that is due for replacement goes on", "plugin", w.cfg.name, "worker", w.number)
	w.retiring, w.unfit, w.goesOn = false, false, true
	w.e.wake()
}

// replaceBy puts next in the worker's place, unless the executor stops or the
// process has been replaced already, having died.
func (w *worker) replaceBy(next *worker, proc *pluginproc.Process) bool {
	e := w.e
	e.mu.Lock()
	defer e.mu.Unlock()
	i := slices.Index(e.workers, w)
	if !e.open || w.stopping || w.proc != proc || i < 0 || e.failed != nil {
		return false
	}
	e.workers = slices.Clone(e.workers)
	e.workers[i] = next
	next.pace = w.pace
	next.restarts, next.lastLoss = w.restarts+1, w.lastLoss
	w.retired, w.unfit, w.stopping = true, true, true
	if !w.lost {
		e.retired = append(e.retired, w)
	}
	if w.ledger != nil && w.window.len > 1 && !w.recalled && w.recall == 0 {
		w.recall = w.window.base // what has not begun is done sooner elsewhere
	}
	w.dozing = false
	w.ready.Broadcast() // the sender, and who waits to start it anew
	e.wake()
	return true
}

// isRetired reports whether the worker has been replaced, so that nothing of it
// is left when its process has ended.
func (w *worker) isRetired() bool {
	w.e.mu.Lock()
	defer w.e.mu.Unlock()
	return w.retired
}

// forget is called when a worker that has been replaced has ended.
func (e *Executor) forget(w *worker) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.retired = slices.DeleteFunc(slices.Clone(e.retired), func(other *worker) bool { return other == w })
}
