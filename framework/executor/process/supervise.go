package process

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/signalbox-go/signalbox/framework/pluginproc"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/session"
	"github.com/signalbox-go/signalbox/framework/task"
)

const (
	// maxFruitless is how many processes in a row may die before they have begun
	// a call.
	maxFruitless = 5
	// longLife is how long a process must have lived for its death to count as
	// the first of a row.
	longLife = time.Second
	// endGrace is how long a process has to end after its session was closed.
	endGrace = 2 * time.Second
)

// supervise keeps the worker going: it serves the session of the process that
// was started, settles what the process leaves, and starts the next one.
func (w *worker) supervise() {
	defer w.e.forget(w)
	quick, fruitless := quickDelays(), slowDelays()
	deaths := 0
	silent := 0 // processes in a row that have died without having answered a call
	for {
		ended := w.serve()
		if ended.asked || w.isRetired() {
			return
		}
		w.logLoss(ended)
		if silent++; ended.answered {
			silent = 0
		}
		if silent > w.cfg.restarts {
			w.e.giveUp(w, fmt.Errorf("worker %d: of %d processes in a row none has lived to answer a call (process.Restarts(%d)); the last time: %s",
				w.number, silent, w.cfg.restarts, ended.exit.Explain()))
			return
		}
		if ended.lived >= longLife || ended.limited {
			quick.Reset()
		}
		delay := quick.NextBackOff()
		err := error(nil)
		if ended.begun {
			deaths = 0
			fruitless.Reset()
		} else {
			deaths++
			delay = fruitless.NextBackOff()
			err = fmt.Errorf("its process died before it was given work: %s", ended.exit.Explain())
		}
		for {
			if deaths >= maxFruitless {
				w.e.giveUp(w, fmt.Errorf("worker %d was started %d times in vain; the last time: %w", w.number, deaths, err))
				return
			}
			if !w.pause(delay) {
				return
			}
			if err = w.restart(); err == nil {
				break
			}
			if w.isStopping() {
				return
			}
			w.e.host.Log.Error("worker not started", "plugin", w.cfg.name, "worker", w.number, "error", err)
			if errors.Is(err, session.ErrSetup) || errors.Is(err, pluginproc.ErrChecksum) {
				// Trying again would not help.
				w.e.giveUp(w, fmt.Errorf("worker %d cannot be replaced: %w", w.number, err))
				return
			}
			deaths++
			delay = fruitless.NextBackOff()
		}
	}
}

// quickDelays are for processes that die while they work.
func quickDelays() *backoff.ExponentialBackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.MaxInterval, b.Multiplier = 5*time.Millisecond, 200*time.Millisecond, 2
	b.Reset()
	return b
}

// slowDelays are for processes that die before they could work.
func slowDelays() *backoff.ExponentialBackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.MaxInterval, b.Multiplier = 100*time.Millisecond, 5*time.Second, 2
	b.Reset()
	return b
}

func (w *worker) isStopping() bool {
	w.e.mu.Lock()
	defer w.e.mu.Unlock()
	return w.stopping
}

// pause waits before a restart. It reports false if the executor stops.
func (w *worker) pause(d time.Duration) bool {
	over := false // guarded by Executor.mu
	t := time.AfterFunc(d, func() {
		w.e.mu.Lock()
		over = true
		w.ready.Broadcast()
		w.e.mu.Unlock()
	})
	defer t.Stop()
	w.e.mu.Lock()
	defer w.e.mu.Unlock()
	for !w.stopping && !over {
		w.ready.Wait()
	}
	return !w.stopping
}

// restart starts the next process.
func (w *worker) restart() error {
	if err := w.start(w.e.life); err != nil {
		return err
	}
	w.e.mu.Lock()
	w.dead, w.closing, w.recalled, w.recall, w.cancels = false, false, false, 0, nil
	w.cancelling, w.unanswered, w.messages = nil, 0, nil
	w.begun, w.answered, w.idle, w.killedBy, w.culprit = false, false, false, nil, 0
	w.terminated, w.surviving = 0, false
	w.bounds = newBounds(w.cfg)
	w.window = window{base: 1}
	w.sent = 0
	w.restarts++
	w.pings.missed.Store(0)
	stopping := w.stopping
	w.e.mu.Unlock()
	if stopping {
		w.abandon()
		return errors.New("the executor stops")
	}
	w.host.Report(w.event(scheduler.WorkerReady, nil))
	return nil
}

// ending is how a process came to its end.
type ending struct {
	asked bool // by the executor, which stops
	begun bool // it had been given work
	// answered says that it had ended calls, with results or errors of theirs, or
	// was killed for a limit of its call.
	answered bool
	limited  bool      // it was killed for a limit of its call
	call     *lastCall // that it ran, nil for none
	pid      int
	lived    time.Duration
	exit     pluginproc.Exit
	err      error // why its session ended
}

// serve serves the session of the process until both have ended, and settles
// every call that it was given.
func (w *worker) serve() ending {
	s, proc := w.session, w.proc
	done := make(chan struct{})
	var helpers sync.WaitGroup
	helpers.Go(func() { w.send(s, proc) })
	helpers.Go(func() { w.beat(done, w.kill) })

	err := w.receive(s)
	if errors.Is(err, session.ErrProtocol) {
		w.kill(err)
	}
	w.e.mu.Lock()
	asked := w.closing && w.stopping
	w.dead = true
	w.poke()
	w.e.mu.Unlock()

	w.reap(s, proc, err)
	close(done)
	helpers.Wait()
	w.awaitGrace()
	exit := proc.Exit()
	limited, ran := w.settle(exit)
	e := ending{asked: asked, begun: w.begun, answered: w.answered || limited, limited: limited, call: ran, pid: proc.PID(), lived: time.Since(proc.Started()), exit: exit, err: err}
	if w.ledger != nil {
		w.ledger.remove()
	}
	if asked {
		w.host.Report(w.event(scheduler.WorkerStopped, nil))
	} else {
		loss := errors.New(exit.String())
		w.e.mu.Lock()
		w.lastLoss = loss
		w.e.mu.Unlock()
		w.host.Report(w.event(scheduler.WorkerLost, loss))
	}
	return e
}

// reap ends the session, which has ended for the reason why, and waits for the
// end of the process, which it kills if it does not end by itself.
func (w *worker) reap(s *session.Session, proc *pluginproc.Process, why error) {
	if !proc.ExitsWithin(endGrace) {
		w.kill(fmt.Errorf("its session ended while it lived on: %w", why))
	}
	s.Close()
	proc.Discard()
}

// kill kills the process for a reason of the host's.
func (w *worker) kill(why error) {
	w.e.mu.Lock()
	if w.killedBy == nil {
		w.killedBy = why
	}
	proc := w.proc
	w.e.mu.Unlock()
	proc.Kill()
}

// settle ends the calls that a dead process had begun, those that it had finished
// with what its ledger says, and has the others run elsewhere. It reports whether one
// of them had reached a limit, and which one ran, as far as that is known.
func (w *worker) settle(exit pluginproc.Exit) (limited bool, ran *lastCall) {
	var outcomes []scheduler.Outcome
	var again []*scheduler.Call
	w.e.mu.Lock()
	started, finished, known := uint64(0), uint64(0), false
	var untold map[uint64]session.Result
	if w.ledger != nil {
		if started, finished, known = w.ledger.read(); known && w.window.len > 0 {
			untold = w.ledger.results()
		}
	}
	if !known {
		// Without a ledger, what was sent counts as begun.
		started, finished = w.sent, 0
	}
	w.window.each(func(seq uint64, c *scheduler.Call) {
		c.Private = scheduler.Private{}
		if known && seq == started && seq > finished {
			ran = newLastCall(c)
		}
		if r, ok := untold[seq]; ok && seq <= started {
			w.answered = true
			outcomes = append(outcomes, w.outcome(c, r))
			return
		}
		o := scheduler.Outcome{Call: c, Worker: -1}
		reached := w.over[seq]
		if reached == nil && seq == started && seq > finished {
			reached = w.ranOut(c, seq, exit)
		}
		switch {
		case reached != nil:
			limited = true
			o.Worker, o.Err = w.number, reached.failure(w.lostError(c, seq, task.KindWorkerLost, exit), 0)
		case seq > started && c.CancelRequested():
			o.Cancelled, o.Err = true, c.CancelCause()
		case seq > started && w.e.killed != nil:
			o.Cancelled, o.Err = true, w.e.killed
		case seq > started:
			again = append(again, c)
			return
		case seq <= finished:
			o.Worker, o.Err = w.number, w.lostError(c, seq, task.KindResultLost, exit)
		case c.CancelRequested() && (w.killedBy != nil || w.terminated == seq):
			o.Worker, o.Cancelled, o.Err = w.number, true, c.CancelCause()
		case w.e.killed != nil:
			o.Worker, o.Cancelled, o.Err = w.number, true, w.e.killed
		default:
			o.Worker, o.Err = w.number, w.lostError(c, seq, task.KindWorkerLost, exit)
		}
		outcomes = append(outcomes, o)
	})
	w.window = window{base: 1}
	w.begun = w.begun && (started > 0 || !known)
	w.e.backlog.PushFront(again)
	failed := w.e.failed
	if failed == nil {
		w.e.wake()
	}
	w.e.mu.Unlock()
	if len(outcomes) > 0 {
		w.host.End(outcomes)
	}
	return limited, ran
}

func (w *worker) lostError(c *scheduler.Call, seq uint64, kind string, exit pluginproc.Exit) error {
	cause := w.killedBy
	if w.culprit != 0 && w.culprit != seq {
		cause = fmt.Errorf("not for its own sake: of another call, %w", cause)
	}
	return task.WithKind(kind, &LostError{Plugin: w.cfg.name, Worker: w.number, PID: w.proc.PID(),
		Task: c.Task(), Exit: exit, Cause: cause, kind: kind})
}
