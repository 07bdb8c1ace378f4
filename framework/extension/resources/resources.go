package resources

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// Targets for errors.Is, and what the errors of calls that reached a limit match.
var (
	ErrWall   error = task.Kind(task.KindWallLimit)
	ErrCPU    error = task.Kind(task.KindCPULimit)
	ErrMemory error = task.Kind(task.KindMemoryLimit)
)

// Events of a task with limits. They come before the events of the future's end.
var (
	// TimeLimitReached is told when a call has reached a limit of time, before
	// the event that says which.
	TimeLimitReached = event.New[Reached]("time-limit-reached")
	// WallTimeLimitReached is told when a call has taken longer than it may.
	WallTimeLimitReached = event.New[Reached]("wall-time-limit-reached")
	// CPUTimeLimitReached is told when a call has used more processor time than
	// it may.
	CPUTimeLimitReached = event.New[Reached]("cpu-time-limit-reached")
	// MemoryLimitReached is told when a call has used more memory than it may.
	MemoryLimitReached = event.New[Reached]("memory-limit-reached")
)

// Reached is the value of the events: which call reached which limit.
type Reached struct {
	// Future is that of the call, which is about to end or, with another
	// extension's help, to be attempted again.
	Future scheduler.AnyFuture `json:"-"`
	// Err is the error of the attempt.
	Err error `json:"-"`
	// ID is the future's number.
	ID uint64 `json:"future"`
	// Attempt is the number of the attempt, from 1.
	Attempt int `json:"attempt"`
	// Limit is the kind of the limit and of the error, such as "memory-limit".
	Limit string `json:"limit"`
	// Allowed is the limit and Seen what the call had come to: nanoseconds of
	// time, bytes of memory.
	Allowed int64 `json:"allowed"`
	Seen    int64 `json:"seen"`
	// Message is the text of Err.
	Message string `json:"message"`
}

// Option is one limit.
type Option func(*Resources)

// Wall limits how long the code may take, waiting included. What the call waits
// for before its code begins does not count.
func Wall(d time.Duration) Option {
	return func(r *Resources) { r.limits.Wall, r.set = d, append(r.set, given{"wall time", d.String(), d > 0}) }
}

// CPU limits the processor time that the code may use, the kernel's and that of
// the programs that it has started included.
func CPU(d time.Duration) Option {
	return func(r *Resources) { r.limits.CPU, r.set = d, append(r.set, given{"CPU time", d.String(), d > 0}) }
}

// Memory limits how many bytes the code may use above what its worker held when
// it began, those of the programs that it has started included.
func Memory(bytes int64) Option {
	return func(r *Resources) {
		r.limits.Memory, r.set = bytes, append(r.set, given{"memory", fmt.Sprint(bytes), bytes > 0})
	}
}

// Resources limits what the calls of a task may use. It is made by [New], and
// may be attached to several tasks, each of whose calls has the limits for
// itself.
type Resources struct {
	limits scheduler.Limits
	set    []given
}

// given is a limit as it was asked for.
type given struct {
	what, value string
	ok          bool
}

// New returns an extension with these limits, of which there must be one. A
// limit that is zero or negative, or that the task's executor cannot enforce, is
// an error when the task is made or, where its executor is known only then, when
// the run starts.
func New(limits ...Option) *Resources {
	r := &Resources{}
	for _, o := range limits {
		o(r)
	}
	return r
}

// Name implements [scheduler.Extension].
func (r *Resources) Name() string { return "resources" }

// Limits implements [scheduler.Limited].
func (r *Resources) Limits() scheduler.Limits { return r.limits }

// Lines implements [scheduler.Shown]: the limits.
func (r *Resources) Lines() (out []string) {
	if d := r.limits.Wall; d > 0 {
		out = append(out, "Wall time "+d.String())
	}
	if d := r.limits.CPU; d > 0 {
		out = append(out, "CPU time "+d.String())
	}
	if n := r.limits.Memory; n > 0 {
		out = append(out, "Memory "+scheduler.Bytes(n).String())
	}
	return out
}

// Attach implements [scheduler.Extension].
func (r *Resources) Attach(t scheduler.AnyTask) error {
	if len(r.set) == 0 {
		return errors.New("no limit is given: give resources.Wall, resources.CPU or resources.Memory")
	}
	for _, g := range r.set {
		if !g.ok {
			return fmt.Errorf("a %s limit of %s is out of range: it must be greater than 0", g.what, g.value)
		}
	}
	if slices.Contains(t.Extensions(), scheduler.Extension(r)) {
		return errors.New("it is attached to the task already")
	}
	t.Emitter().Add(TimeLimitReached, WallTimeLimitReached, CPUTimeLimitReached, MemoryLimitReached)
	return nil
}

// PreSubmit implements [scheduler.Extension]. Of several limits, such as a
// call's own, the tightest counts.
func (r *Resources) PreSubmit(sub *scheduler.Submission) error {
	sub.Constraints.Limits = sub.Constraints.Limits.Tighter(r.limits)
	return nil
}

// tells reports whether it is the one that tells the events of a task with
// several of its kind.
func (r *Resources) tells(t scheduler.AnyTask) bool {
	for _, x := range t.Extensions() {
		if first, ok := x.(*Resources); ok {
			return first == r
		}
	}
	return false
}

// Judge implements [scheduler.Judge].
func (r *Resources) Judge(a *scheduler.Attempt) {
	var e *scheduler.LimitError
	if a.Cancelled || !errors.As(a.Err, &e) || !r.tells(a.Task) {
		return
	}
	// Another judge may have put the error into one that tells earlier attempts.
	err := e.Failure()
	reached := Reached{Future: a.Future, Err: err, ID: a.Future.ID(), Attempt: a.Number,
		Limit: e.Limit, Allowed: e.Allowed, Seen: e.Seen, Message: err.Error()}
	switch e.Limit {
	case task.KindWallLimit:
		event.Emit(a.Task, TimeLimitReached, reached)
		event.Emit(a.Task, WallTimeLimitReached, reached)
	case task.KindCPULimit:
		event.Emit(a.Task, TimeLimitReached, reached)
		event.Emit(a.Task, CPUTimeLimitReached, reached)
	case task.KindMemoryLimit:
		event.Emit(a.Task, MemoryLimitReached, reached)
	}
}
