package process

import (
	"fmt"
	"time"

	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// termGrace is what a process group has between SIGTERM and SIGKILL.
const termGrace = time.Second

// grace is the time that cancelled code has to return. A worker runs one call
// at a time, so it has one.
type grace struct {
	seq   uint64 // of the call, 0 for none
	timer *time.Timer
	over  chan struct{} // closed when the timer's function has returned
}

// cancelCall cancels a call that the worker was sent: it is recalled if it has
// not begun, and otherwise told to stop, and killed if it does not. e.mu is
// held, here and below.
func (w *worker) cancelCall(c *scheduler.Call) {
	seq := c.Private.Seq
	w.cancels = append(w.cancels, seq)
	if w.began(seq) {
		w.startGrace(seq)
	}
	w.poke()
}

// startGrace gives a call that has begun the time to return, after which its
// process is killed. It does nothing for a call that has ended.
func (w *worker) startGrace(seq uint64) {
	if seq <= w.grace.seq || w.dead || w.window.at(seq) == nil {
		return
	}
	w.endGrace(w.grace.seq) // that call has ended, and will be told soon
	over, proc := make(chan struct{}), w.proc
	w.grace = grace{seq: seq, over: over, timer: time.AfterFunc(w.cfg.grace, func() {
		defer close(over)
		w.e.mu.Lock()
		holds := !w.dead && w.window.at(seq) != nil && w.killedBy == nil
		if holds {
			w.killedBy = fmt.Errorf("it did not stop within %v of being cancelled", w.cfg.grace)
		}
		w.e.mu.Unlock()
		if !holds {
			return
		}
		_ = proc.Terminate() // SIGKILL follows in any case
		t := time.NewTimer(termGrace)
		defer t.Stop()
		select {
		case <-proc.Exited():
		case <-t.C:
			proc.Kill()
		}
	})}
}

// endGrace is called when a call has ended.
func (w *worker) endGrace(seq uint64) {
	if seq != w.grace.seq || seq == 0 {
		return
	}
	if w.grace.timer.Stop() {
		close(w.grace.over)
	}
	w.grace.seq = 0
}

// awaitGrace waits until nobody is about to kill the process any more, which is
// dead. e.mu is not held.
func (w *worker) awaitGrace() {
	w.e.mu.Lock()
	w.endGrace(w.grace.seq)
	over := w.grace.over
	w.e.mu.Unlock()
	if over != nil {
		<-over
	}
	w.grace = grace{}
}
