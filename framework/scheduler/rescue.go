package scheduler

import (
	"errors"
	"time"
)

// ErrGoexit is how a run ends in which a callback ended its goroutine, as
// runtime.Goexit and testing.T's FailNow do, and with it require.NoError.
var ErrGoexit = errors.New("a callback ended the scheduler's goroutine with runtime.Goexit (testing.T's FailNow does that): " +
	"return from callbacks, and fail tests from the goroutine of the test")

// rescue is deferred by what tells events. If a callback has ended the
// goroutine, the run is killed and ended on another.
func (r *run) rescue(returned *bool) {
	if !*returned {
		go r.abort()
	}
}

// abort ends a run whose loop was ended by a callback. What has happened is
// still told, as far as callbacks let it.
func (r *run) abort() {
	returned := false
	defer r.rescue(&returned)
	s := r.s
	s.driver.Store(goroutine())
	s.mu.Lock()
	s.accepting, s.running = false, false
	r.killing, r.cause = true, ErrGoexit
	s.stopTimers()
	s.mu.Unlock()
	r.telling = false
	if r.failure == nil {
		s.log.Error("run aborted", "error", ErrGoexit)
		r.failure = &failure{err: ErrGoexit}
	}
	if r.current != nil {
		s.letGo(r.current)
		r.current = nil
	}
	s.admitting.Wait()
	r.shutDown()
	if !r.finished {
		r.finished = true
		s.tellSignal(s.OnFinished)
	}
	r.tellSome()
	r.judge(nil)
	r.exit.Code, r.exit.Err, r.exit.Message = ExitException, ErrGoexit, ErrGoexit.Error()
	r.err = ErrGoexit
	r.exit.Elapsed = time.Since(r.started)
	r.finishObservers()
	r.close()
	returned = true
}

// letGo does for a call whose telling was broken off what must not remain
// undone: it leaves its queues, and its done-callbacks are called.
func (s *Scheduler) letGo(c *Call) {
	if !c.hasEnded() {
		return
	}
	s.mu.Lock()
	s.queue.remove(c)
	s.stopsReporting(c)
	if c.task.any != nil {
		c.task.queue.remove(c)
	}
	s.mu.Unlock()
	s.callBack(c)
}
