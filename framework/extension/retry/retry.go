package retry

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// RetryScheduled is told on the task when an attempt has failed and another one
// will follow.
var RetryScheduled = event.New[Scheduled]("retry-scheduled")

// Scheduled is the value of [RetryScheduled].
type Scheduled struct {
	// Future is that of the call.
	Future scheduler.AnyFuture
	// Attempt is the number of the attempt that failed, from 1.
	Attempt int
	// Err is what it ended with.
	Err error
	// Delay is the time until the next attempt may begin.
	Delay time.Duration
}

// MarshalJSON writes what event plugins are told: the task's name, the future's
// number, the attempt, the text and kind of the error, and the delay in
// seconds.
func (s Scheduled) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Task    string  `json:"task"`
		Future  uint64  `json:"future"`
		Attempt int     `json:"attempt"`
		Error   string  `json:"error"`
		Kind    string  `json:"kind"`
		Delay   float64 `json:"delay_s"`
	}{s.Future.Task(), s.Future.ID(), s.Attempt, s.Err.Error(), task.KindOf(s.Err), s.Delay.Seconds()})
}

// Retry is an extension that attempts calls again. It is made by [New], and may
// be attached to several tasks.
type Retry struct {
	config
	err error // of the options

	mu        sync.Mutex
	calls     map[scheduler.AnyFuture]*history // of those that have failed and not ended
	scheduled uint64
	givenUp   uint64
}

// history is what became of a call so far.
type history struct {
	attempts []Attempt
	lost     int // workers
	delays   backoff.ExponentialBackOff
	timer    *time.Timer // until the next attempt, nil before the first delay
}

// New returns an extension that attempts calls up to three times, unless the
// options say otherwise. What is wrong with them is told when it is attached to
// a task.
func New(opts ...Option) *Retry {
	r := &Retry{config: defaults(), calls: map[scheduler.AnyFuture]*history{}}
	for i, o := range opts {
		if o == nil {
			panic(fmt.Sprintf("retry: New: option %d is nil", i+1))
		}
		o(&r.config)
	}
	r.err = r.check()
	return r
}

// Name implements [scheduler.Extension].
func (r *Retry) Name() string { return "retry" }

// Attach implements [scheduler.Extension].
func (r *Retry) Attach(t scheduler.AnyTask) error {
	if r.err != nil {
		return r.err
	}
	for _, e := range t.Extensions() {
		if _, ok := e.(*Retry); ok {
			return errors.New("the task is retried already: give that extension all options")
		}
	}
	t.Emitter().Add(RetryScheduled)
	return nil
}

// PreSubmit implements [scheduler.Extension]: nothing is refused.
func (r *Retry) PreSubmit(*scheduler.Submission) error { return nil }

// Judge implements [scheduler.Judge].
func (r *Retry) Judge(a *scheduler.Attempt) {
	if a.Err == nil || a.Cancelled {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	h := r.calls[a.Future]
	if h == nil {
		h = &history{delays: backoff.ExponentialBackOff{InitialInterval: r.first, MaxInterval: r.max,
			RandomizationFactor: backoff.DefaultRandomizationFactor, Multiplier: 2}}
		r.calls[a.Future] = h
	}
	failed := Attempt{a.Number, a.Err, a.Elapsed, a.Worker}
	h.attempts = append(h.attempts, failed)
	if task.KindOf(a.Err) == task.KindWorkerLost {
		h.lost++
	}
	if a.Number > 1 {
		a.Err = &Error{Attempts: h.attempts}
	}
	if a.Number >= r.attempts || h.lost >= r.lost || !r.mends(failed.Err) {
		return
	}
	delay := min(h.delays.NextBackOff(), r.max)
	if d := a.Constraints.Deadline; !d.IsZero() && !time.Now().Add(delay).Before(d) {
		return // it would not begin in time
	}
	if r.memory > 0 && task.KindOf(failed.Err) == task.KindMemoryLimit {
		a.Constraints.Limits.Memory = r.raised(a.Constraints.Limits.Memory)
	}
	hold := a.Again()
	a.Then(func() {
		r.mu.Lock()
		r.scheduled++
		h.timer = time.AfterFunc(delay, hold.Release)
		r.mu.Unlock()
		event.Emit(a.Task, RetryScheduled, Scheduled{Future: a.Future, Attempt: failed.Number, Err: failed.Err, Delay: delay})
	})
}

// Settled implements [scheduler.Follower].
func (r *Retry) Settled(f scheduler.AnyFuture) {
	r.mu.Lock()
	defer r.mu.Unlock()
	h := r.calls[f]
	if h == nil {
		return
	}
	delete(r.calls, f)
	if h.timer != nil {
		h.timer.Stop()
	}
	if f.State() == scheduler.Failed {
		r.givenUp++
	}
}

// Lines implements [scheduler.Shown].
func (r *Retry) Lines() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return []string{fmt.Sprintf("Attempts up to %d", r.attempts), fmt.Sprintf("Further attempts %d, given up %d", r.scheduled, r.givenUp)}
}
