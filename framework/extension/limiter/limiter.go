package limiter

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// Limiter is an extension that bounds a task's calls. It is made by [New].
type Limiter struct {
	config
	err      error // of the options
	implicit bool  // made by a limiter of another task, to count

	running atomic.Int64 // calls that were let go, or are about to be

	mu         sync.Mutex
	task       scheduler.AnyTask // nil until attached
	total      int               // calls that were accepted
	room       map[uint64]struct{}
	line       line // of calls that wait
	rates      *rate.Limiter
	wake       *time.Timer // for the next call that waits for its time, nil for none
	dependents []*Limiter  // that let calls go when this one's have ended
}

// New returns a limiter with at least one limit. What is wrong with the options
// is told when it is attached to a task.
func New(opts ...Option) *Limiter {
	l := &Limiter{room: map[uint64]struct{}{}}
	l.line.byID = map[uint64]*waiter{}
	for i, o := range opts {
		if o == nil {
			panic(fmt.Sprintf("limiter: New: option %d is nil", i+1))
		}
		o(&l.config)
	}
	l.err = l.check()
	l.rates = l.rate()
	return l
}

// Name implements [scheduler.Extension].
func (l *Limiter) Name() string { return "limiter" }

// Attach implements [scheduler.Extension]. A limiter can be attached to one
// task, and a task has one limiter.
func (l *Limiter) Attach(t scheduler.AnyTask) error {
	if l.err != nil {
		return l.err
	}
	for _, o := range l.others {
		switch {
		case o == t:
			return fmt.Errorf("NotWhileRunning names %s, the task itself: use MaxConcurrent(1)", t.Name())
		case o.Scheduler() != t.Scheduler():
			return fmt.Errorf("NotWhileRunning names task %s, which belongs to another scheduler", o.Name())
		}
	}
	before := of(t)
	if before != nil && !before.implicit {
		return errors.New("the task has a limiter already: give that one all limits")
	}
	l.mu.Lock()
	if l.task != nil {
		l.mu.Unlock()
		return fmt.Errorf("it is attached to task %s already: make one for each task", l.task.Name())
	}
	l.task = t
	if before != nil {
		before.mu.Lock()
		l.dependents, before.dependents = before.dependents, nil
		before.mu.Unlock()
	}
	l.mu.Unlock()
	l.countEarlier(t)
	for _, o := range l.others {
		if err := l.dependOn(o); err != nil {
			return err
		}
	}
	l.makeKnown(t.Emitter())
	return nil
}

// countEarlier counts the calls that were accepted before, if a run goes on.
func (l *Limiter) countEarlier(t scheduler.AnyTask) {
	for _, f := range t.Scheduler().Queue() {
		if f.Task() != t.Name() || f.State().Ended() {
			continue
		}
		l.mu.Lock()
		l.room[f.ID()] = struct{}{}
		l.running.Add(1)
		l.mu.Unlock()
		f.WhenDone(l.Settled) // also if it has ended just now
	}
}

// dependOn has the limiter of another task count its calls and say when they
// have ended.
func (l *Limiter) dependOn(o scheduler.AnyTask) error {
	other := of(o)
	if other == nil {
		other = New()
		other.err, other.implicit = nil, true
		if err := o.Attach(other); err != nil {
			return err
		}
	}
	other.mu.Lock()
	defer other.mu.Unlock()
	other.dependents = append(other.dependents, l)
	return nil
}

// of returns the limiter of a task: that which was given to it, rather than one
// that only counts; nil for none.
func of(t scheduler.AnyTask) (found *Limiter) {
	for _, e := range t.Extensions() {
		if l, ok := e.(*Limiter); ok && (found == nil || found.implicit) {
			found = l
		}
	}
	return found
}

func (l *Limiter) makeKnown(em *event.Emitter) {
	if l.queue {
		return
	}
	if l.calls.given {
		em.Add(CallLimitReached)
	}
	if l.concurrent.given {
		em.Add(ConcurrentLimitReached)
	}
	if len(l.others) > 0 {
		em.Add(DisabledDueToRunningTask)
	}
	if l.rated {
		em.Add(RateLimitReached)
	}
}

// exclusive is held while a limiter looks at the calls of other tasks and counts
// its own in, so that of two tasks that exclude each other one comes first.
var exclusive sync.Mutex

// PreSubmit implements [scheduler.Extension].
func (l *Limiter) PreSubmit(sub *scheduler.Submission) error {
	if l.queue {
		hold := sub.Hold()
		sub.Reserve(func(f scheduler.AnyFuture) { l.enqueue(f, hold, sub.Constraints) }, nil)
		return nil
	}
	// Calls of one task are submitted one at a time: what there is room for now,
	// there will be room for when the call is accepted.
	l.mu.Lock()
	ev, refused := l.refuses()
	l.mu.Unlock()
	if refused != nil {
		refused.Task, refused.Input = sub.Task, sub.Input
		event.Emit(sub.Task, ev, *refused)
		return refused.Err
	}
	sub.Reserve(l.accepted, func() {
		l.running.Add(-1)
		l.stirDependents() // which may have seen it
	})
	return nil
}

// refuses returns what a call is refused by, or counts it as running.
func (l *Limiter) refuses() (event.Event[Refused], *Refused) {
	if l.calls.given && l.total >= l.calls.n {
		return CallLimitReached, &Refused{Err: fmt.Errorf("%w: %d calls", ErrCallLimit, l.calls.n)}
	}
	if l.full() {
		return ConcurrentLimitReached, &Refused{Err: fmt.Errorf("%w: %d at a time", ErrConcurrentLimit, l.concurrent.n)}
	}
	if len(l.others) > 0 {
		exclusive.Lock()
		defer exclusive.Unlock()
	}
	if o := l.disabledBy(); o != nil {
		return DisabledDueToRunningTask, &Refused{Other: o, Err: fmt.Errorf("%w %s", ErrRunningTask, o.Name())}
	}
	if l.rates != nil && l.rates.TokensAt(time.Now()) < 1 {
		return RateLimitReached, &Refused{Err: fmt.Errorf("%w: %v per second", ErrRateLimit, l.perSecond)}
	}
	l.running.Add(1)
	return event.Event[Refused]{}, nil
}

func (l *Limiter) full() bool {
	return l.concurrent.given && l.running.Load() >= int64(l.concurrent.n)
}

// disabledBy returns a task that runs beside which this one may not, nil for
// none.
func (l *Limiter) disabledBy() scheduler.AnyTask {
	for _, o := range l.others {
		if other := of(o); other != nil && other.running.Load() > 0 {
			return o
		}
	}
	return nil
}

// accepted takes note of a call that was let go.
func (l *Limiter) accepted(f scheduler.AnyFuture) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.total++
	l.room[f.ID()] = struct{}{}
	if l.rates != nil {
		l.rates.AllowN(time.Now(), 1)
	}
}

// Settled implements [scheduler.Follower].
func (l *Limiter) Settled(f scheduler.AnyFuture) {
	l.mu.Lock()
	ended := false
	if w := l.line.byID[f.ID()]; w != nil {
		l.line.remove(w)
	} else if _, ended = l.room[f.ID()]; ended {
		delete(l.room, f.ID())
		l.running.Add(-1)
	}
	l.mu.Unlock()
	l.stir()
	if ended {
		l.stirDependents()
	}
}

// stirDependents lets calls of other tasks go that waited for those of this.
func (l *Limiter) stirDependents() {
	l.mu.Lock()
	dependents := l.dependents
	l.mu.Unlock()
	for _, d := range dependents {
		d.stir()
	}
}

// Lines implements [scheduler.Shown].
func (l *Limiter) Lines() (out []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if l.calls.given {
		add("Calls %d/%d", l.total, l.calls.n)
	}
	if l.concurrent.given {
		add("Concurrent %d/%d", l.running.Load(), l.concurrent.n)
	}
	for _, o := range l.others {
		add("Not while running %s", o.Name())
	}
	if l.rated {
		add("Rate %v/s, burst %d", l.perSecond, l.burst)
	}
	if l.queue {
		add("Waiting %d", len(l.line.waiters))
	}
	if l.implicit {
		for _, d := range l.dependents {
			add("%s is not run while this is", d.task.Name())
		}
	}
	return out
}
