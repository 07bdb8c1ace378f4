package scheduler

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"sync"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/framework/view"
)

// Progress is how far the code of a call says it is, and the value of
// [OnProgress].
type Progress struct {
	Future  AnyFuture
	Attempt int     // from 1
	Done    float64 // finite, and not below 0
	Total   float64 // the same; 0 where it is not known
	Text    string
}

// MarshalJSON encodes the progress as event plugins see it, with the future's
// number.
func (p Progress) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Future  uint64  `json:"future"`
		Attempt int     `json:"attempt"`
		Done    float64 `json:"done"`
		Total   float64 `json:"total"`
		Text    string  `json:"text"`
	}{p.Future.ID(), p.Attempt, p.Done, p.Total, p.Text})
}

// OnProgress is told on a task when code of it has got on, as far as it tells
// by sdk.Progress: ten times a second at most for each call, and less often if
// callbacks take longer. The event is known on a task's emitter from its first
// handler or progress on:
//
//	event.On(fit, scheduler.OnProgress, func(p scheduler.Progress) { … })
var OnProgress = event.New[Progress]("progress")

// reported is the latest progress of a call.
type reported struct {
	mu     sync.Mutex
	latest Progress
	told   bool // or nothing came yet
}

// progressed takes progress. What has not been told yet is replaced.
func (c *Call) progressed(p task.Progress) {
	x := c.more()
	r := x.progress.Load()
	if r == nil {
		r = &reported{told: true}
		x.progress.Store(r)
	}
	attempt := c.Attempt()
	r.mu.Lock()
	first := r.latest.Attempt != attempt
	r.latest = Progress{Future: c.Future(), Attempt: attempt, Done: p.Done, Total: p.Total, Text: p.Text}
	fresh := r.told
	r.told = false
	r.mu.Unlock()
	if first {
		c.task.s.startsReporting(c)
	}
	if fresh && c.task.any != nil {
		c.task.s.put(item{kind: itemDo, do: func() { c.task.s.tellProgress(c) }})
	}
}

// tellProgress tells the latest progress of a call.
func (s *Scheduler) tellProgress(c *Call) {
	r := c.extras.Load().progress.Load()
	r.mu.Lock()
	p := r.latest
	r.told = true
	r.mu.Unlock()
	_ = deliverTo(c, event.SubscriberOf(c.task.emitter, OnProgress), p) // errors of callbacks are judged as ever
}

// Progress implements [AnyFuture].
func (f *Future[Out]) Progress() (p Progress, ok bool) {
	x := f.c.extras.Load()
	if x == nil {
		return Progress{}, false
	}
	r := x.progress.Load()
	if r == nil {
		return Progress{}, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.latest, true
}

// startsReporting takes note of a call whose code has told its progress, until
// [Scheduler.stopsReporting], for displays.
func (s *Scheduler) startsReporting(c *Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.queued { // its end has not been told
		s.reporting[c] = struct{}{}
	}
}

// stopsReporting is called when an attempt of a call has ended. s.mu is held.
func (s *Scheduler) stopsReporting(c *Call) { delete(s.reporting, c) }

// reporters returns the calls whose code has told its progress, in order. s.mu is
// held.
func (s *Scheduler) reporters() []*Call {
	return slices.SortedFunc(maps.Keys(s.reporting), func(a, b *Call) int { return cmp.Compare(a.id, b.id) })
}

// viewProgress returns how far the attempt that runs says it is, nil if it has
// said nothing.
func (c *Call) viewProgress() *view.Progress {
	p, ok := c.Future().Progress()
	if !ok || p.Attempt != c.Attempt() {
		return nil
	}
	return &view.Progress{Done: p.Done, Total: p.Total, Text: p.Text}
}
