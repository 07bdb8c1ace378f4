// Package monitor samples how long a scheduler's queue is and what its workers
// do, from the first submit to the end.
//
//	m := monitor.New()
//	s := scheduler.New(process.Self(4), scheduler.Observed(m))
//	…
//	err := m.WriteCSV(file)
//
// A sample is taken when a run begins and ends and whenever a call was accepted
// or has ended, as these are told. Of long runs not all are kept: a few thousand,
// spread over the whole time, so that memory is bounded. Each that is kept is as
// it was taken, and the last always is among them. [Totals] are exact.
package monitor

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// maxSamples is how many samples are kept: more than a chart has pixels.
const maxSamples = 4096

// Sample is how a scheduler stood at one moment.
type Sample struct {
	Time time.Time
	// Queue is the number of futures that were accepted and whose end has not
	// been told.
	Queue int
	// Running is the number of workers that had a call, and Idle that of the
	// others.
	Running, Idle int
	// Finished is how many futures had ended with a result or an error since the
	// monitor was made, and Cancelled how many had been cancelled.
	Finished, Cancelled uint64
}

// Waiting returns how many futures of the queue no worker had.
func (s Sample) Waiting() int { return max(0, s.Queue-s.Running) }

// Totals are what happened since the monitor was made, whether or not the
// samples that showed it were kept.
type Totals struct {
	Submitted, Finished, Cancelled uint64
	// PeakQueue is how long the queue has been at its longest.
	PeakQueue int
	// Samples is how many there have been, kept or not.
	Samples uint64
}

// Monitor is an observer of one scheduler, for all its runs. Its methods may be
// called from any goroutine, also while a run goes on.
type Monitor struct {
	mu      sync.Mutex
	s       *scheduler.Scheduler // nil before the first run
	totals  Totals
	kept    []Sample
	apart   time.Duration // how far apart samples are that are kept
	skipped time.Time     // when the last was that was not kept, zero for none since
}

// New returns a monitor; [scheduler.Observed] has it watch a scheduler.
func New() *Monitor { return &Monitor{} }

// Begin implements [scheduler.Observer].
func (m *Monitor) Begin(_ context.Context, tap *scheduler.Tap) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.s != nil && m.s != tap.Scheduler() {
		return errors.New("monitor: it watches another scheduler already: make one for each")
	}
	m.s = tap.Scheduler()
	return nil
}

// Abort implements [scheduler.Observer].
func (m *Monitor) Abort(error) {}

// Settled implements [scheduler.Observer].
func (m *Monitor) Settled() bool { return true }

// Finish implements [scheduler.Observer].
func (m *Monitor) Finish(context.Context, scheduler.Exit) {}

// Observe implements [scheduler.Observer].
func (m *Monitor) Observe(o *scheduler.Occurrence) {
	m.mu.Lock()
	defer m.mu.Unlock()
	always := false
	switch o.Kind {
	case scheduler.OccurredSubmitted:
		m.totals.Submitted++
		m.totals.PeakQueue = max(m.totals.PeakQueue, m.queue())
	case scheduler.OccurredEnded:
		if o.Future.State() == scheduler.Cancelled {
			m.totals.Cancelled++
		} else {
			m.totals.Finished++
		}
	case scheduler.OccurredLifecycle:
		if o.Event != "on_start" && o.Event != "on_finished" {
			return
		}
		always = true
	default:
		return
	}
	m.totals.Samples++
	if n := len(m.kept); !always && n > 0 && o.Time.Sub(m.kept[n-1].Time) < m.apart {
		m.skipped = o.Time
		return
	}
	m.keep(o.Time)
}

func (m *Monitor) queue() int {
	return int(m.totals.Submitted - m.totals.Finished - m.totals.Cancelled)
}

// sample takes a sample. m.mu is held.
func (m *Monitor) sample(at time.Time) Sample {
	busy, workers := m.s.Busy()
	s := Sample{Time: at, Queue: m.queue(), Finished: m.totals.Finished, Cancelled: m.totals.Cancelled}
	// A worker may have a call by now that is not in the queue as it was told.
	s.Running = min(busy, s.Queue)
	s.Idle = workers - s.Running
	return s
}

func (m *Monitor) keep(at time.Time) {
	m.skipped = time.Time{}
	m.kept = append(m.kept, m.sample(at))
	if len(m.kept) > maxSamples {
		m.thin()
	}
}

// thin drops samples so that at most half are left, as evenly as they can be.
// What has happened at once remains one sample.
func (m *Monitor) thin() {
	last := m.kept[len(m.kept)-1]
	m.apart = max(2*m.apart, last.Time.Sub(m.kept[0].Time)/(maxSamples/2), time.Microsecond)
	thinned := m.kept[:1]
	for _, s := range m.kept[1:] {
		if s.Time.Sub(thinned[len(thinned)-1].Time) >= m.apart {
			thinned = append(thinned, s)
		}
	}
	if thinned[len(thinned)-1] != last {
		thinned = append(thinned, last)
	}
	clear(m.kept[len(thinned):])
	m.kept = thinned
}

// Samples returns those that are kept, in order. While a run goes on, the last
// may be one of now.
func (m *Monitor) Samples() []Sample {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := append([]Sample(nil), m.kept...)
	if !m.skipped.IsZero() {
		out = append(out, m.sample(m.skipped))
	}
	return out
}

// Totals returns what has happened so far.
func (m *Monitor) Totals() Totals {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.totals
}
