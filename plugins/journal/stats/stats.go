package stats

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/signalbox-go/signalbox/plugins/journal/reader"
)

// Limits of what is kept of a run.
const (
	maxSlowest = 10
	maxErrors  = 1000
	maxLost    = 100
)

// Of sums up a journal, to its last whole line, with its runs in the order in
// which they began.
func Of(j *reader.Journal) ([]*Run, error) {
	c := collector{runs: []*Run{}, bySource: map[string]*Run{}}
	for e, err := range j.Entries() {
		if err == nil {
			err = c.add(&e)
		}
		if err != nil {
			return nil, err
		}
	}
	for _, r := range c.runs {
		r.finish()
	}
	return c.runs, nil
}

// collector sums up lines.
type collector struct {
	runs     []*Run
	bySource map[string]*Run
}

func (c *collector) add(e *reader.Entry) error {
	r, ok := c.bySource[e.Source]
	if !ok {
		r = &Run{Name: e.Run, Source: e.Source, Started: e.Time, begun: e.Time, Events: map[string]uint64{}, Tasks: map[string]*Task{}, errors: map[string]*Errors{},
			Slowest: []Slow{}, Errors: []Errors{}, Timeline: Timeline{Buckets: []Bucket{}}}
		c.bySource[e.Source] = r
		c.runs = append(c.runs, r)
	}
	return r.add(e)
}

func (r *Run) add(e *reader.Entry) error {
	if e.Record() {
		r.Records++
	}
	for _, name := range e.Events {
		r.Events[qualified(e, name)]++
	}
	switch e.Type {
	case reader.TypeStart:
		r.begun = e.Time
	case reader.TypeSubmitted:
		r.task(e.Task).Submitted++
	case reader.TypeResult:
		r.task(e.Task).Results++
		r.ended(e)
	case reader.TypeException:
		r.task(e.Task).Exceptions++
		r.ended(e)
		return r.failed(e)
	case reader.TypeCancelled:
		r.task(e.Task).Cancelled++
		r.ended(e)
	case reader.TypeWorker:
		return r.worker(e)
	case reader.TypeGap:
		var g reader.Gap
		if err := e.Decode(&g); err != nil {
			return fmt.Errorf("journal: %w", err)
		}
		r.Gaps = append(r.Gaps, g)
	case reader.TypeSummary:
		r.Summary = &reader.Summary{}
		if err := e.Decode(r.Summary); err != nil {
			return fmt.Errorf("journal: %w", err)
		}
	}
	return nil
}

// qualified returns an event's name, with its task's in front where it is the
// task's.
func qualified(e *reader.Entry, name string) string {
	ofFuture := e.Future > 0 && !strings.HasPrefix(name, "on_future_")
	if ofFuture || e.Type == reader.TypeEmitted && e.Task != "" {
		return e.Task + "." + name
	}
	return name
}

func (r *Run) task(name string) *Task {
	t, ok := r.Tasks[name]
	if !ok {
		t = &Task{}
		r.Tasks[name] = t
	}
	return t
}

// ended counts the end of a future.
func (r *Run) ended(e *reader.Entry) {
	r.Timeline.add(e.Time.Sub(r.begun), e.Type == reader.TypeException)
	if e.Elapsed == 0 && e.Type != reader.TypeResult {
		return // it has never run, or nobody knows for how long
	}
	t := r.task(e.Task)
	t.Elapsed.add(e.Elapsed)
	t.Wait.add(e.Wait)
	s := Slow{Task: e.Task, Future: e.Future, Elapsed: e.Elapsed.Seconds(), Outcome: e.Type}
	i, _ := slices.BinarySearchFunc(r.Slowest, s, func(a, b Slow) int { return cmp.Compare(b.Elapsed, a.Elapsed) })
	if i == maxSlowest {
		return
	}
	r.Slowest = slices.Insert(r.Slowest, i, s)
	r.Slowest = r.Slowest[:min(len(r.Slowest), maxSlowest)]
}

// varying is what messages of one kind of error differ by.
var varying = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`0x[0-9a-fA-F]+|[0-9]+|"[^"]*"|'[^']*'`)
})

// failed counts an error.
func (r *Run) failed(e *reader.Entry) error {
	var f reader.Failure
	if err := e.Decode(&f); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	key := e.Task + "\x00" + f.Kind + "\x00" + varying().ReplaceAllString(f.Message, "*")
	group, ok := r.errors[key]
	if !ok {
		if len(r.errors) == maxErrors {
			r.OtherErrors++
			return nil
		}
		group = &Errors{Task: e.Task, Kind: f.Kind, Future: e.Future, Sample: f.Message}
		r.errors[key] = group
	}
	group.Count++
	return nil
}

// worker counts a change of a worker.
func (r *Run) worker(e *reader.Entry) error {
	var c reader.WorkerChange
	if err := e.Decode(&c); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	switch {
	case c.State == "ready":
		r.Workers.Ready++
	case c.State == "lost" && len(r.Workers.Lost) == maxLost:
		r.Workers.OtherLost++
	case c.State == "lost":
		r.Workers.Lost = append(r.Workers.Lost, Lost{Time: e.Time, Executor: c.Executor, Worker: e.Worker, PID: c.PID, Error: c.Error})
	}
	return nil
}

// finish sorts what was collected.
func (r *Run) finish() {
	for _, g := range r.errors {
		r.Errors = append(r.Errors, *g)
	}
	slices.SortFunc(r.Errors, func(a, b Errors) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Future, b.Future), cmp.Compare(a.Task, b.Task))
	})
}
