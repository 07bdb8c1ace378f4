package scheduler

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/signalbox-go/signalbox/framework/task"
)

// Limits bound what the code of one call may use. The zero value of each means
// no limit.
type Limits struct {
	// Wall is how long the code may take.
	Wall time.Duration
	// CPU is how much processor time it may use.
	CPU time.Duration
	// Memory is how many bytes it may use above what its worker held before.
	Memory int64
}

// Tighter returns the tighter of both limits, each by itself.
func (l Limits) Tighter(other Limits) Limits {
	return Limits{Wall: tighter(l.Wall, other.Wall), CPU: tighter(l.CPU, other.CPU), Memory: tighter(l.Memory, other.Memory)}
}

func tighter[N time.Duration | int64](a, b N) N {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// Enforcer is an executor that can enforce limits. Calls with limits on one
// that is none are refused.
type Enforcer interface {
	Executor
	// Enforces returns nil if the executor can enforce each of these limits, and
	// otherwise which it cannot, and why.
	Enforces(Limits) error
}

// Explained is an executor that can say how it enforces limits of memory, such as
// "by …". The log has that at the start of a run, if a task has such a limit.
type Explained interface {
	Enforcer
	EnforcesMemory() string
}

// Limited is an extension that will ask for limits, so that a task whose
// executor cannot enforce them is an error before anything runs.
type Limited interface {
	Extension
	// Limits returns what it will ask for.
	Limits() Limits
}

// LimitError is the error of a call whose code reached a limit. Its kind
// ([task.KindOf]) is that of the limit.
type LimitError struct {
	// Limit is [task.KindWallLimit], [task.KindCPULimit] or [task.KindMemoryLimit].
	Limit string
	// Allowed is the limit and Seen what the code had come to: nanoseconds of
	// time, bytes of memory.
	Allowed, Seen int64
	// Err is what became of the code: the error that it returned, or how its
	// process ended. It is nil if the code had a result, which is dropped.
	Err error
}

// Error tells the limit, what was seen, and what was allowed.
func (e *LimitError) Error() string {
	switch e.Limit {
	case task.KindMemoryLimit:
		return fmt.Sprintf("memory limit: used %s of %s", Bytes(max(e.Seen, e.Allowed)), Bytes(e.Allowed))
	case task.KindCPULimit:
		return fmt.Sprintf("CPU time limit: used %v of %v", roughly(e.Seen), time.Duration(e.Allowed))
	}
	return fmt.Sprintf("wall time limit: took %v of %v", roughly(e.Seen), time.Duration(e.Allowed))
}

// Unwrap returns what became of the code.
func (e *LimitError) Unwrap() error { return e.Err }

// Failure returns the error with its kind, which is how executors hand it on.
func (e *LimitError) Failure() error { return task.WithKind(e.Limit, e) }

func roughly(ns int64) time.Duration {
	d := time.Duration(ns)
	if d > 100*time.Millisecond {
		return d.Round(time.Millisecond)
	}
	return d.Round(10 * time.Microsecond)
}

// Bytes is a number of bytes that is shown in a unit of its size: 312 MiB.
type Bytes int64

// String returns the number in the largest unit in which it is whole or, rounded
// up, 10 or more.
func (b Bytes) String() string {
	n, names := int64(b), []string{"B", "KiB", "MiB", "GiB", "TiB"}
	unit := 0
	for unit+1 < len(names) && n != 0 && (n%1024 == 0 || n >= 10*1024) {
		n = (n + 1023) / 1024
		unit++
	}
	return strconv.FormatInt(n, 10) + " " + names[unit]
}

// enforceable tells whether an executor can enforce these limits.
func enforceable(e Executor, l Limits) error {
	if l == (Limits{}) {
		return nil
	}
	enforcer, ok := e.(Enforcer)
	if !ok {
		return fmt.Errorf("%w: executor %s enforces none", ErrLimits, e.Name())
	}
	if err := enforcer.Enforces(l); err != nil {
		return fmt.Errorf("%w: %w", ErrLimits, err)
	}
	return nil
}

// enforcesAll tells whether the task's executor, if it is known yet, can enforce
// what these extensions will ask for.
func (t *taskCore) enforcesAll(extensions []Extension) error {
	e := t.executor()
	if e == nil {
		return nil
	}
	for _, x := range extensions {
		if l, ok := x.(Limited); ok {
			if err := enforceable(e, l.Limits()); err != nil {
				return fmt.Errorf("scheduler: task %s: extension %s: %w", t.name, x.Name(), err)
			}
		}
	}
	return nil
}

// limitsMemory tells whether the task will ask for a limit of memory.
func (t *taskCore) limitsMemory() bool {
	return slices.ContainsFunc(t.extensions(), func(e Extension) bool {
		l, ok := e.(Limited)
		return ok && l.Limits().Memory > 0
	})
}

// limitsMemory tells whether a task will ask for a limit of memory.
func (s *Scheduler) limitsMemory() bool {
	return slices.ContainsFunc(s.Tasks(), func(t AnyTask) bool { return coreOf(t).limitsMemory() })
}

// explain has the log say how limits of memory are enforced, if the task has one
// and it was not said in this run. That a limit cannot be is an error.
func (t *taskCore) explain() {
	e, ok := t.executor().(Explained)
	if !ok || !t.limitsMemory() {
		return
	}
	how, s := e.EnforcesMemory(), t.s
	s.mu.Lock()
	told := slices.Contains(s.explained, how)
	if !told {
		s.explained = append(s.explained, how)
	}
	s.mu.Unlock()
	if !told {
		s.log.Info("limits of memory are enforced", "by", how)
	}
}

// Limits returns what bounds the call.
func (c *Call) Limits() Limits {
	if x := c.extras.Load(); x != nil {
		return x.constraints.Limits
	}
	return Limits{}
}
