package process

import "time"

// proceed decides what the worker does now that something has changed: it goes
// on with the backlog, closes, or takes work off another.
func (w *worker) proceed() {
	switch {
	case w.stopping && w.window.len == 0:
		w.poke()
	case w.recall > 0 || len(w.cancels) > 0:
		w.poke()
	case w.e.backlog.Len() > 0:
		if w.canTake() {
			w.poke()
		}
	default:
		w.rest()
	}
}

// rest has a worker that has nothing to do take work off another, once each
// time it comes to rest.
func (w *worker) rest() {
	if w.window.len > 0 || w.e.backlog.Len() > 0 || w.idle || w.dead || w.stopping {
		return
	}
	w.idle = true
	w.e.balance()
}

const (
	// minRelief is how much work another worker must hold for a recall to be
	// worth its round trip.
	minRelief = 200 * time.Microsecond
	// balanceAgain is when to look again whether a worker that holds little is
	// stuck with it. It is longer than what a worker holds is meant to take.
	balanceAgain = 2 * heldWork
)

// balance recalls what a busy worker holds and has not begun: everything from
// those that run a call which takes far longer than was to be expected, if
// another goes on, and half of what the busiest holds, if another has nothing to
// do. e.mu is held.
func (e *Executor) balance() {
	idle := e.backlog.Len() == 0 && e.hasIdle()
	var busiest *worker
	var most time.Duration
	later := false
	for _, w := range e.workers {
		n := w.window.len - 1
		if w.dead || w.ledger == nil || n < 1 {
			continue
		}
		later = true
		if w.recalled || w.recall > 0 {
			continue // it may keep some
		}
		if w.stuck() {
			if e.goesOnBeside(w) {
				w.recall = w.window.base
				w.poke()
			}
			continue
		}
		if work := w.pace.work(n); work > most && work >= minRelief {
			busiest, most = w, work
		}
	}
	if idle && busiest != nil {
		busiest.recall = busiest.window.next() - uint64(busiest.window.len/2)
		busiest.poke()
	}
	if later {
		e.balanceLater()
	}
}

// hasIdle reports whether a worker has nothing to do.
func (e *Executor) hasIdle() bool {
	for _, w := range e.workers {
		if w.idle && !w.dead && !w.stopping {
			return true
		}
	}
	return false
}

// goesOnBeside reports whether a worker other than w can run calls, now or soon.
func (e *Executor) goesOnBeside(w *worker) bool {
	for _, other := range e.workers {
		if other != w && !other.dead && !other.stopping && other.grace == nil && !other.surviving && other.killedBy == nil && !other.stuck() {
			return !e.paused
		}
	}
	return false
}

// balanceLater has balance called again. What workers hold is bounded by what
// calls took so far; only time tells that one takes longer. e.mu is held.
func (e *Executor) balanceLater() {
	if e.balancing || !e.open {
		return
	}
	e.balancing = true
	e.wg.Go(func() {
		t := time.NewTimer(balanceAgain)
		defer t.Stop()
		select {
		case <-t.C:
		case <-e.life.Done():
		}
		e.mu.Lock()
		defer e.mu.Unlock()
		e.balancing = false
		if e.open {
			e.balance()
		}
	})
}

// stuck reports whether the worker runs a call that takes longer than all that
// a worker is meant to hold. It may tell results late, so the ledger is asked
// whether it has got on.
func (w *worker) stuck() bool {
	if w.window.len == 0 || time.Since(w.progress) <= heldWork {
		return false
	}
	if w.ledger == nil {
		return true
	}
	started, _, ok := w.ledger.read()
	if !ok || started == w.got {
		return true
	}
	w.got, w.progress = started, time.Now()
	return false
}
