package process

import (
	"fmt"
	"time"

	"github.com/signalbox-go/signalbox/framework/pluginproc"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

const (
	// termGrace is what a process group has between SIGTERM and SIGKILL. Plugins
	// made with the sdk do not end by SIGTERM, which others send too; it is for
	// the programs that a task has started, at whose end its code may return, and
	// for plugins in other languages. It is short, since the code has had its time.
	termGrace = 500 * time.Millisecond
	// recallPatience is how much longer than the grace a worker has to give back
	// what it holds behind the call. Its reader does nothing else.
	recallPatience = time.Second
	// reportPatience is how long code that has returned has to be reported.
	reportPatience = endGrace
)

// grace is the time that cancelled code has to return. A worker runs one call
// at a time, so it has one; while it lasts, the worker is sent nothing.
type grace struct {
	seq   uint64        // of the call
	ended chan struct{} // closed when the call has ended
	// alone is closed when the worker holds nothing behind the call, so that it
	// begins nothing when the code returns while its process is being killed.
	alone  chan struct{}
	lonely bool // alone is closed; guarded by Executor.mu
}

// cancelCall cancels a call that the worker was sent: it is recalled if it has
// not begun, and otherwise told to stop, and killed if it does not. e.mu is
// held, here and below, where not said otherwise.
func (w *worker) cancelCall(c *scheduler.Call) {
	seq := c.Private.Seq
	w.cancels = append(w.cancels, seq) // recalls what is behind it, too
	if w.began(seq) {
		w.startGrace(seq)
	}
	w.poke()
}

// startGrace gives a call that has begun the time to return, after which its
// process is killed. It does nothing for a call that has ended.
func (w *worker) startGrace(seq uint64) {
	if w.dead || w.window.at(seq) == nil || w.grace != nil && seq <= w.grace.seq {
		return
	}
	w.endGrace() // that call has ended, and will be told soon
	g, proc := &grace{seq: seq, ended: make(chan struct{}), alone: make(chan struct{})}, w.proc
	w.grace = g
	w.noteAlone()
	w.enforcers.Go(func() { w.enforce(g, proc) })
}

// endGrace is called when the call has ended.
func (w *worker) endGrace() {
	if w.grace != nil {
		close(w.grace.ended)
		w.grace = nil
	}
}

// noteAlone is called when the worker may hold nothing any more behind the call.
func (w *worker) noteAlone() {
	if g := w.grace; g != nil && !g.lonely && !w.window.beyond(g.seq) {
		g.lonely = true
		close(g.alone)
	}
}

// enforce ends the process if the call does not end within its grace. e.mu is
// not held.
func (w *worker) enforce(g *grace, proc *pluginproc.Process) {
	if await(w.cfg.grace, g.ended, nil) {
		return
	}
	await(recallPatience, g.ended, g.alone)
	if w.spared(g, proc) || !w.terminate(g) {
		return
	}
	_ = proc.Terminate() // SIGKILL follows in any case
	await(termGrace, proc.Exited(), nil)
	w.spared(g, proc)
	if w.condemn(g) {
		proc.Kill()
	}
}

// terminate decides that the process is to be sent SIGTERM for its call, unless
// that has ended. It is sent nothing until it has shown that it survives that.
// e.mu is not held.
func (w *worker) terminate(g *grace) bool {
	w.e.mu.Lock()
	defer w.e.mu.Unlock()
	if w.grace != g || w.dead || w.killedBy != nil {
		return false
	}
	w.terminated, w.surviving = g.seq, true
	return true
}

// spared reports whether the call has ended. Code that has returned, as the
// ledger tells, has the time to be reported. e.mu is not held.
func (w *worker) spared(g *grace, proc *pluginproc.Process) bool {
	if w.hasReturned(g) {
		await(reportPatience, g.ended, proc.Exited())
	}
	return await(0, g.ended, nil)
}

func (w *worker) hasReturned(g *grace) bool {
	w.e.mu.Lock()
	defer w.e.mu.Unlock()
	if w.grace != g || w.ledger == nil {
		return false
	}
	started, finished, ok := w.ledger.read()
	return ok && (finished >= g.seq || started > g.seq)
}

// condemn decides that the process is to be killed for its call, unless that
// has ended. From then on the worker takes nothing. e.mu is not held.
func (w *worker) condemn(g *grace) bool {
	w.e.mu.Lock()
	defer w.e.mu.Unlock()
	w.surviving = false
	if w.grace != g || w.dead || w.killedBy != nil {
		w.proceed() // with what was kept from it
		return false
	}
	w.killedBy, w.culprit = fmt.Errorf("it did not stop within %v of being cancelled", w.cfg.grace), g.seq
	return true
}

// await waits until one or two things have happened, and no longer than d. It
// reports whether the first has.
func await(d time.Duration, first, second <-chan struct{}) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-first:
		return true
	case <-second:
	case <-t.C:
	}
	select {
	case <-first:
		return true
	default:
		return false
	}
}

// awaitGrace waits until nobody is about to kill the process any more, which is
// dead. e.mu is not held.
func (w *worker) awaitGrace() {
	w.e.mu.Lock()
	w.endGrace()
	w.e.mu.Unlock()
	w.enforcers.Wait()
}
