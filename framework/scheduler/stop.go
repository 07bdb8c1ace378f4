package scheduler

import "errors"

// stopRequest is what ends a run before it ends of itself.
type stopRequest struct {
	message string
	err     error
	code    ExitCode
	raise   bool // Run returns err
}

// Stop ends the run that goes on. What was accepted is completed, unless the
// run was started with [KillAtEnd]; more is not. It does not wait, and does
// nothing if no run goes on or it was stopped before. A run that is starting
// ends as soon as it has begun: on_stop follows on_start.
func (s *Scheduler) Stop() { s.StopWith("stopped by Scheduler.Stop", nil) }

// StopWith is [Scheduler.Stop] with a message and an error, nil for none. The
// error falls under the run's exception policy.
func (s *Scheduler) StopWith(message string, err error) {
	if r := s.present(); r != nil {
		r.stopWith(message, err)
	}
}

// Kill is [Scheduler.StopWith] without waiting: running code is killed, and
// its futures and those that wait are cancelled with cause. What was emitted by
// hand and has not been told is dropped, until the run has ended; it is counted
// ([Counts.Dropped]) and logged. Kill also cuts short a run that is ending
// already.
func (s *Scheduler) Kill(message string, cause error) {
	if r := s.present(); r != nil {
		r.killWith(message, cause)
	}
}

// present returns the run that is starting or goes on, nil for none.
func (s *Scheduler) present() *run {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.starting != nil:
		return s.starting
	case s.run != nil && !s.run.over():
		return s.run
	}
	return nil
}

// stopWith stops this run and no other.
func (r *run) stopWith(message string, err error) {
	req := r.stopFor(message, err)
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	r.requestStop(req)
}

// killWith kills this run and no other.
func (r *run) killWith(message string, cause error) {
	req := r.stopFor(message, cause)
	s := r.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.over() {
		return
	}
	r.requestStop(req)
	r.kill()
	r.deaf.Store(true)
	if r.killing {
		return
	}
	r.killing, r.cause = true, cause
	if cause == nil {
		r.cause = errors.New(message)
	}
	s.inbox.put(item{kind: itemWake})
}

// stopFor asks the policy what err does to the run. It is called without a
// lock: errors may have methods of the user's.
func (r *run) stopFor(message string, err error) *stopRequest {
	req := &stopRequest{message: message, err: err, code: ExitStopped}
	if err == nil {
		return req
	}
	switch r.opts.exceptions.action(err) {
	case Raise:
		req.raise = true
	case End:
		req.code = ExitException
	}
	return req
}

// requestStop notes the first request to stop the run. The loop reads it when
// it has told what happened before. s.mu is held.
func (r *run) requestStop(req *stopRequest) {
	s := r.s
	switch {
	case s.starting == r && r.stop == nil:
		r.stop = req // Start puts it in when the run has begun
	case s.run == r && s.accepting:
		s.accepting, s.running = false, false
		r.stop = req
		s.inbox.put(item{kind: itemStop})
	}
}

// executorFailed is [Host.Fail].
func (r *run) executorFailed(err error) { r.stopWith("an executor failed", err) }
