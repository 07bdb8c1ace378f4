package process

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/signalbox-go/signalbox/framework/pluginproc"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/session"
	"github.com/signalbox-go/signalbox/framework/wire/message"
)

// worker is one place of the pool: a process, and those that replace it. What
// is not marked otherwise is guarded by Executor.mu.
type worker struct {
	e      *Executor
	number int
	cfg    config
	host   scheduler.Host
	folder string
	offers *offers

	proc    *pluginproc.Process
	session *session.Session
	ledger  *account          // nil where the plugin keeps none
	codes   []string          // that the plugin offers
	index   map[string]uint32 // of a code in frames

	ready      sync.Cond // the sender waits here
	dozing     bool      // it does
	window     window
	messages   []message.Item // to code that runs
	sent       uint64         // highest sequence number that has been sent
	pace       pace
	progress   time.Time // when it was last heard to get on, or was given work
	got        uint64    // call that it had begun last when it was last asked, see stuck
	recalled   bool      // a recall is under way: no calls are sent
	recall     uint64    // recall what has not begun from here on, 0 for nothing
	cancels    []uint64  // running calls to cancel
	cancelling []uint64  // that were cancelled with the recall that is under way
	unanswered int       // heartbeats since that recall
	grace      *grace    // of a call that was cancelled while it ran, nil for none
	enforcers  sync.WaitGroup
	pings      heartbeat
	closing    bool // nothing more will be sent
	dead       bool // the process or session is gone
	idle       bool // counted as having nothing to do
	stopping   bool
	killing    bool
	terminated uint64 // the call for which the process was sent SIGTERM, 0 for none
	surviving  bool   // the process has been sent SIGTERM just now
	killedBy   error  // why the host killed the process, nil if it did not
	culprit    uint64 // the call for which it did, 0 for none
	lost       bool   // given up
	begun      bool   // the process has been sent something
	answered   bool   // the process has answered a call
	restarts   int    // processes that were replaced
	lastLoss   error  // how the last process was lost, nil if none was
	bounds
}

func newWorker(e *Executor, number int, cfg config, host scheduler.Host, folder string, offers *offers) *worker {
	w := &worker{e: e, number: number, cfg: cfg, host: host, folder: folder, offers: offers}
	w.ready.L = &e.mu
	w.window.base = 1
	w.bounds = newBounds(cfg)
	return w
}

// start starts a process and opens its session. On an error nothing of it is
// left.
func (w *worker) start(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, w.cfg.startTimeout,
		fmt.Errorf("it was not ready after %v: raise the start timeout, or do less in its set-up", w.cfg.startTimeout))
	defer cancel()
	proc, err := pluginproc.Start(ctx, pluginproc.Config{
		Name: w.cfg.name, Path: w.cfg.path, Args: w.cfg.args, Dir: w.cfg.dir, Env: w.cfg.env,
		SHA256: w.cfg.sha256, Nice: w.cfg.nice, Contain: w.host.LimitsMemory, RuntimeDir: w.folder, StartTimeout: w.cfg.startTimeout,
		MaxMessageBytes: w.cfg.maxMessage + frameBytes, Logger: w.host.Log.With("worker", w.number),
	})
	if err != nil {
		return fmt.Errorf("process: plugin %s: %w", w.cfg.name, err)
	}
	ledger, err := newAccount(filepath.Join(w.folder, fmt.Sprintf("ledger-%d-%d", w.number, w.e.ledgers.Add(1))))
	if err != nil {
		proc.Discard()
		return err
	}
	s, codes, err := w.openSession(ctx, proc, ledger)
	if err != nil {
		err = explain(proc, err)
		proc.Discard()
		ledger.remove()
		return fmt.Errorf("process: plugin %s: %w", w.cfg.name, err)
	}
	if !s.KeepsLedger() {
		ledger.remove()
		ledger = nil
	}
	w.e.mu.Lock()
	defer w.e.mu.Unlock()
	w.proc, w.session, w.ledger, w.codes = proc, s, ledger, codes
	w.index = make(map[string]uint32, len(codes))
	for i, name := range codes {
		w.index[name] = uint32(i)
	}
	return nil
}

// exitWait is how long the end of a process may take to be known after its
// connection has broken.
const exitWait = 500 * time.Millisecond

// explain adds how the process ended to an error that came of its end.
func explain(proc *pluginproc.Process, err error) error {
	if errors.Is(err, session.ErrSetup) || errors.Is(err, session.ErrProtocol) || !proc.ExitsWithin(exitWait) {
		return err
	}
	return fmt.Errorf("its process ended before it was ready: %s (%w)", proc.Exit().Explain(), err)
}

func (w *worker) openSession(ctx context.Context, proc *pluginproc.Process, l *account) (*session.Session, []string, error) {
	codes, err := w.offers.of(ctx, proc.Conn())
	w.offers = &offers{} // the next process may be of another version
	if err != nil {
		return nil, nil, err
	}
	s, err := session.Open(ctx, proc.Conn(), session.Config{
		Run: w.host.Run, Worker: w.number, Ledger: l.path(), Plugin: w.cfg.encoded,
		MaxMessage: w.cfg.maxMessage, Tasks: codes, LogLevel: pluginproc.LowestLevel(w.host.Log),
	})
	return s, codes, err
}

// abandon ends a worker that was started and is not to be used.
func (w *worker) abandon() {
	w.session.Close()
	w.proc.Discard()
	if w.ledger != nil {
		w.ledger.remove()
	}
}

func (w *worker) event(state scheduler.WorkerState, err error) scheduler.WorkerEvent {
	return scheduler.WorkerEvent{Executor: w.cfg.name, Worker: w.number, State: state, PID: w.proc.PID(), Err: err}
}

// poke gets the sender to look whether there is something to send.
func (w *worker) poke() {
	w.dozing = false
	w.ready.Signal()
}

// finish has the worker end when it has answered everything or, with kill, at
// once: then it reports whether there is a process to kill.
func (w *worker) finish(kill bool) bool {
	w.stopping = true
	w.poke()
	if !kill || w.dead {
		return false
	}
	w.closing, w.killing = true, true
	if w.killedBy == nil {
		w.killedBy = w.e.killed
	}
	return true
}

// began reports whether the call with that number has begun.
func (w *worker) began(seq uint64) bool {
	if w.ledger == nil {
		return seq <= w.sent
	}
	started, _, ok := w.ledger.read()
	return ok && seq <= started
}
