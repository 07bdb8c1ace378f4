package scheduler

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Counts are totals since a scheduler or task was made. Ends count when they
// are told.
type Counts struct {
	Submitted  uint64
	Results    uint64
	Exceptions uint64
	Cancelled  uint64
	// Refused counts calls that were not accepted.
	Refused uint64
	// Late counts outcomes that came after their future had ended, and were
	// dropped. Only a scheduler's counts have it.
	Late uint64
	// LateMessages counts messages of code that came after it had ended, and were
	// dropped.
	LateMessages uint64
	// Dropped counts emissions that were made by hand and were not told, because
	// the run was killed; see [Scheduler.Kill]. Only a scheduler's counts have
	// it.
	Dropped uint64
}

// WorkerCounts are totals of an executor's workers since the scheduler was
// made.
type WorkerCounts struct {
	Started uint64
	Lost    uint64
}

// Stats are a task's counts, and quantiles of how long its code took, within
// 1 %; 0 while none has ended.
type Stats struct {
	Counts
	P50, P99 time.Duration
}

// Counts returns the scheduler's totals.
func (s *Scheduler) Counts() Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts
}

// Workers returns the totals of workers.
func (s *Scheduler) Workers() WorkerCounts {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.workers
}

// report is [Host.Report].
func (s *Scheduler) report(e WorkerEvent) {
	s.mu.Lock()
	switch e.State {
	case WorkerReady:
		s.workers.Started++
	case WorkerLost:
		s.workers.Lost++
		s.lost.add(e)
	}
	s.mu.Unlock()
	if s.observed() {
		s.put(item{kind: itemWorker, worker: &e})
	}
}

// durations is a histogram of how long code took, made when first needed.
type durations struct{ h *hdrhistogram.Histogram }

// longest is the longest time that is told from longer ones.
const longest = 24 * time.Hour

func (d *durations) add(elapsed time.Duration) {
	if d.h == nil {
		d.h = hdrhistogram.New(1, int64(longest/time.Microsecond), 2)
	}
	us := min(max(int64(elapsed/time.Microsecond), 1), int64(longest/time.Microsecond))
	// The value is within range, which is the only error there is.
	_ = d.h.RecordValue(us)
}

func (d *durations) quantile(q float64) time.Duration {
	if d.h == nil {
		return 0
	}
	return time.Duration(d.h.ValueAtQuantile(q)) * time.Microsecond
}

// tally counts the end of a call. s.mu is held.
func (s *Scheduler) tally(c *Call) {
	count := func(n *Counts) {
		switch State(c.state.Load()) {
		case Succeeded:
			n.Results++
		case Failed:
			n.Exceptions++
		case Cancelled:
			n.Cancelled++
		}
	}
	count(&s.counts)
	count(&c.task.counts)
	if State(c.state.Load()) == Failed {
		s.failures.add(c)
	}
	if c.elapsed > 0 {
		c.task.took.add(c.elapsed)
	}
	s.remember(c)
}
