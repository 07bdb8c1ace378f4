package scheduler

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// run is one run of a scheduler. Its fields are guarded by Scheduler.mu,
// except for those that only its loop touches.
type run struct {
	s       *Scheduler
	opts    runOptions
	started time.Time
	done    chan struct{} // closed when exit and err are set
	exit    Exit
	err     error

	concluded bool            // exit and err are set
	awaited   bool            // somebody waits: an empty queue may end the run
	stop      *stopRequest    // may come before the run has begun
	killing   bool            // what runs is to be killed
	cause     error           // why
	life      context.Context // ends when the run is killed
	kill      context.CancelFunc
	deaf      atomic.Bool // killed: what is emitted by hand is dropped

	// Of the loop alone:
	batch    []item
	next     int
	telling  bool // still before the end: errors of tasks count, on_empty is told
	failure  *failure
	current  *Call         // whose events are being told
	finished bool          // on_finished is told, or about to be
	dropped  uint64        // emissions
	stopped  chan struct{} // closed when the executors have stopped
}

// failure is the first error that a policy does not let pass.
type failure struct {
	err   error
	code  ExitCode
	raise bool
}

// Start starts a run: it starts the executors, then the callbacks of on_start
// are called. Submitting is allowed when it returns. The run goes on until it
// is stopped, its time is over or, once [Scheduler.Wait] was called, nothing
// is left to do. The end of ctx stops the run with ctx's cause, without
// waiting for what runs.
//
// It returns [ErrRunning] while another run goes on, an error about an option
// out of range, [ErrUnknownTask] where no executor has a task's code, or what
// kept an executor from starting; nothing is left running then.
func (s *Scheduler) Start(ctx context.Context, opts ...RunOption) error {
	r := &run{s: s, done: make(chan struct{}), started: time.Now(), telling: true}
	r.life, r.kill = context.WithCancel(context.Background())
	for i, o := range opts {
		if o == nil {
			panic(fmt.Sprintf("scheduler: option %d of the run is nil", i+1))
		}
		o(&r.opts)
	}
	if err := r.opts.check(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("scheduler: start: %w", context.Cause(ctx))
	}
	s.mu.Lock()
	if s.starting != nil || s.run != nil && !s.run.over() {
		s.mu.Unlock()
		return fmt.Errorf("scheduler: start: %w", ErrRunning)
	}
	s.starting, s.explained = r, nil
	s.mu.Unlock()

	r.display()
	err := r.startExecutors(ctx)

	s.mu.Lock()
	s.starting = nil
	if err != nil {
		s.mu.Unlock()
		r.endDisplays()
		return err
	}
	s.run, s.holdless = r, false
	handover := s.inbox.claim()
	if r.stop == nil {
		s.accepting, s.running = true, true
	} else { // while it started
		s.inbox.put(item{kind: itemStop})
	}
	s.mu.Unlock()
	go r.loop(ctx, handover)
	return nil
}

// Wait waits for the end of the run that goes on, or returns how the last one
// ended. From then on an empty queue ends the run, unless it was started with
// [KeepRunning]. The error is the one that the run's policies raise;
// [ErrNotRunning] if there was never a run; or [ErrInCallback].
func (s *Scheduler) Wait() (Exit, error) {
	if s.inCallback() {
		return Exit{}, fmt.Errorf("scheduler: wait: %w", ErrInCallback)
	}
	return s.wait()
}

func (s *Scheduler) wait() (Exit, error) {
	s.mu.Lock()
	r := s.run
	if r == nil {
		s.mu.Unlock()
		return Exit{}, fmt.Errorf("scheduler: wait: %w", ErrNotRunning)
	}
	r.awaited = true
	if !r.over() {
		s.inbox.put(item{kind: itemWake})
	}
	s.mu.Unlock()
	<-r.done
	return r.exit, r.err
}

func (r *run) over() bool {
	select {
	case <-r.done:
		return true
	default:
		return false
	}
}

// startExecutors starts all executors and observers side by side and finds the
// executor of each task. On an error none is left running.
func (r *run) startExecutors(ctx context.Context) error {
	s := r.s
	host := Host{Run: s.name, Log: s.log, LimitsMemory: s.limitsMemory(), End: s.end, Late: s.late, Report: s.report,
		Fail: r.executorFailed}
	errs := make([]error, len(s.executors))
	observing := make([]error, len(s.observers))
	s.keepInputs.Store(false)
	s.keepResults.Store(false)
	var wg sync.WaitGroup
	for i, e := range s.executors {
		wg.Go(func() { errs[i] = e.Start(ctx, host) })
	}
	for i, o := range s.observers {
		wg.Go(func() { observing[i] = o.Begin(ctx, &Tap{s: s, opts: r.opts}) })
	}
	wg.Wait()
	err := errors.Join(append(errs, observing...)...)
	if err == nil {
		err = s.resolveAll()
	}
	if err == nil {
		for _, t := range s.Tasks() {
			coreOf(t).explain()
		}
		return nil
	}
	for i, e := range s.executors {
		if errs[i] == nil {
			wg.Go(func() { e.Stop(true, err) })
		}
	}
	for i, o := range s.observers {
		if observing[i] == nil {
			wg.Go(func() { o.Abort(err) })
		}
	}
	wg.Wait()
	return err
}

func (r *run) display() {
	for _, d := range r.opts.displays {
		d.Begin(r.s)
	}
}

func (r *run) endDisplays() {
	for _, d := range r.opts.displays {
		d.End()
	}
}

func (s *Scheduler) resolveAll() error {
	s.mu.Lock()
	cores := make([]*taskCore, 0, len(s.tasks)+len(s.loose))
	for _, t := range s.tasks {
		cores = append(cores, coreOf(t))
	}
	for _, t := range s.loose {
		cores = append(cores, t)
	}
	s.mu.Unlock()
	var errs []error
	for _, t := range cores {
		errs = append(errs, t.resolve())
	}
	return errors.Join(errs...)
}

// loop tells everything that happens during the run, once handover is closed:
// somebody else may still be telling what happened before it.
func (r *run) loop(ctx context.Context, handover <-chan struct{}) {
	s := r.s
	<-handover
	s.driver.Store(goroutine())
	returned := false
	defer r.rescue(&returned)
	unwatch := context.AfterFunc(ctx, func() { r.killWith("the run's context ended", context.Cause(ctx)) })
	defer unwatch()
	if r.opts.hasTimeout {
		timer := time.AfterFunc(r.opts.timeout-time.Since(r.started), r.timeUp)
		defer timer.Stop()
	}
	s.tellSignal(s.OnStart)
	r.judge(nil)
	if r.idle() {
		r.tellEmpty()
	}
	r.finish(r.untilEnd())
	r.close()
	returned = true
}

// timeUp tells the loop that the run's time is over, unless the run is.
func (r *run) timeUp() {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	if !r.over() {
		r.s.inbox.put(item{kind: itemTimeout})
	}
}

// idle reports whether there is nothing to do and the run was not stopped.
func (r *run) idle() bool {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	return r.s.queue.len == 0 && r.stop == nil
}

func (r *run) tellEmpty() {
	r.s.tellSignal(r.s.OnEmpty)
	r.judge(nil)
}

// untilEnd tells what happens until the run is to end, and returns why.
func (r *run) untilEnd() ExitCode {
	s := r.s
	for {
		it := r.nextItem()
		if it == nil {
			if r.exhausted() {
				return ExitExhausted
			}
			r.sleep()
			continue
		}
		switch it.kind {
		case itemStop:
			return r.stop.code
		case itemTimeout:
			s.mu.Lock()
			stopping := r.stop != nil
			s.mu.Unlock()
			switch {
			case stopping: // its item comes; a stop goes before a timeout
			case r.exhausted():
				return ExitExhausted
			default:
				return ExitTimeout
			}
		default:
			r.tell(it)
		}
	}
}

// tell tells one item, and what follows from it.
func (r *run) tell(it *item) {
	if it.kind == itemEmission && r.deaf.Load() {
		r.dropped++
		return
	}
	r.current = it.call
	r.s.tell(it)
	r.current = nil
	if it.kind != itemEnded || !r.telling {
		r.judge(nil)
		return
	}
	// The queue became empty before anything that the error entails.
	empty := r.s.Empty()
	strays := r.s.stray
	r.s.stray = nil
	if empty {
		r.s.tellSignal(r.s.OnEmpty)
	}
	r.s.stray = append(strays, r.s.stray...)
	r.judge(it.call)
}

// exhausted decides, when everything was told, whether the run ends because
// nothing is left to do. If so, nothing is accepted any more.
func (r *run) exhausted() bool {
	s := r.s
	s.mu.Lock()
	through := r.through()
	s.mu.Unlock()
	// Observers that have settled remain so while nothing is told.
	if !through || !s.settledObservers() {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !r.through() {
		return false
	}
	s.accepting = false
	return true
}

// through reports whether nothing is left to do in a run that may end by that.
// s.mu is held.
func (r *run) through() bool {
	s := r.s
	return s.queue.len == 0 && s.admitted == 0 && s.inbox.items.len == 0 && r.next == len(r.batch) &&
		r.stop == nil && r.awaited && !r.opts.keepRunning
}

// nextItem returns the next thing to tell, nil if there is none at present.
// The item is valid until the next call.
func (r *run) nextItem() *item {
	if r.next == len(r.batch) {
		s := r.s
		s.mu.Lock()
		if r.batch != nil {
			s.inbox.recycle(r.batch)
		}
		r.batch, r.next = s.inbox.take(), 0
		s.tick()
		s.mu.Unlock()
		if r.batch == nil {
			return nil
		}
	}
	if r.next%tickEvery == tickEvery-1 {
		s := r.s
		s.mu.Lock()
		s.tick()
		s.mu.Unlock()
	}
	r.next++
	return &r.batch[r.next-1]
}

// tickEvery is for how many items at most the time is taken to be the same: it
// costs as much as telling one that nobody hears.
const tickEvery = 32

// tick takes the time, as which what is told next will be remembered. s.mu is
// held.
func (s *Scheduler) tick() { s.clock = max(1, time.Since(s.made)) }

// sleep waits until there is something to tell.
func (r *run) sleep() {
	s := r.s
	s.mu.Lock()
	if s.inbox.items.len > 0 || r.next < len(r.batch) {
		s.mu.Unlock()
		return
	}
	s.inbox.sleeping = true
	s.mu.Unlock()
	<-s.inbox.wake
}

// judge applies the policies to errors of callbacks since the last time, and
// to the end of call, nil for none.
func (r *run) judge(call *Call) {
	s := r.s
	if call != nil && !call.awaited {
		switch State(call.state.Load()) {
		case Failed:
			r.fail(call.err, r.opts.exceptions, "exception in "+endOf(call), ExitException)
		case Cancelled:
			r.fail(call.err, r.opts.cancelled, call.err.Error(), ExitCancelled)
		}
	}
	strays := s.stray
	s.stray = nil
	for _, err := range strays {
		s.logCallbackError(err)
		r.fail(err, r.opts.exceptions, err.Error(), ExitException)
	}
}

// fail has the run end if the policy says so. The first error wins.
func (r *run) fail(err error, p policy, message string, code ExitCode) {
	action := p.action(err)
	if action == Continue || r.failure != nil {
		return
	}
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	if r.stop != nil && r.stop.err != nil {
		return
	}
	r.failure = &failure{err: err, code: code, raise: action == Raise}
	r.requestStop(&stopRequest{message: message, err: err, code: code, raise: action == Raise})
}
