package scheduler

import (
	"fmt"
	"log/slog"
	"time"
)

// Option is an option of [New].
type Option func(*Scheduler)

// Name names the scheduler, and with it its runs. The default is "scheduler".
func Name(name string) Option { return func(s *Scheduler) { s.name = name } }

// Logger sets where the scheduler logs, its workers' lines included. The
// default, also for nil, is slog's default logger.
func Logger(log *slog.Logger) Option {
	if log == nil {
		log = slog.Default()
	}
	return func(s *Scheduler) { s.log = log }
}

// Also adds executors: a task runs on the one that has its code. It panics if
// one is nil.
func Also(executors ...Executor) Option {
	for i, e := range executors {
		if e == nil {
			panic(fmt.Sprintf("scheduler: Also: executor %d is nil", i+1))
		}
	}
	return func(s *Scheduler) { s.executors = append(s.executors, executors...) }
}

// RunOption is an option of one run.
type RunOption func(*runOptions)

type runOptions struct {
	timeout     time.Duration
	hasTimeout  bool
	keepRunning bool
	kill        bool
	exceptions  policy
	cancelled   policy
	displays    []Display
}

// Display shows a run to people while it goes on; see package live.
type Display interface {
	// Begin is called when the run is about to start. It must not block.
	Begin(s *Scheduler)
	// End follows when the run has ended, or has not started after all. When it
	// returns, nothing is shown any more.
	End()
}

// Displayed has the run shown. It panics if d is nil.
func Displayed(d Display) RunOption {
	if d == nil {
		panic("scheduler: Displayed needs a display, not nil")
	}
	return func(o *runOptions) { o.displays = append(o.displays, d) }
}

// Timeout ends the run after d, counted from its start; callbacks of on_start
// count. d must be positive. The default is no timeout.
func Timeout(d time.Duration) RunOption {
	return func(o *runOptions) { o.timeout, o.hasTimeout = d, true }
}

// KeepRunning keeps the run from ending when there is nothing left to do.
func KeepRunning() RunOption { return func(o *runOptions) { o.keepRunning = true } }

// KillAtEnd ends the run without waiting for what is still to do: running code
// is killed, and its futures are cancelled. The default is to wait.
func KillAtEnd() RunOption { return func(o *runOptions) { o.kill = true } }

// ExceptionPolicy says what errors of tasks, callbacks, predicates and timers
// do to the run. The default, also for no rules, is [Raise].
func ExceptionPolicy(rules ...Rule) RunOption {
	return func(o *runOptions) { o.exceptions = rules }
}

// CancellationPolicy says what the cancellation of a future does to the run.
// Rules see a [*CancelledError]. The default, also for no rules, is [Raise].
func CancellationPolicy(rules ...Rule) RunOption {
	return func(o *runOptions) { o.cancelled = rules }
}

func (o *runOptions) check() error {
	if o.hasTimeout && o.timeout <= 0 {
		return fmt.Errorf("scheduler: Timeout(%v) is out of range: it must be positive", o.timeout)
	}
	if err := o.exceptions.check("ExceptionPolicy"); err != nil {
		return err
	}
	return o.cancelled.check("CancellationPolicy")
}
