package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/signalbox-go/signalbox/framework/job"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// progressEvery is the time between two lines of progress.
const progressEvery = 3 * time.Second

// progress tells how far a run has come, until it is stopped.
type progress struct {
	quit chan struct{}
	wg   sync.WaitGroup
}

func startProgress(j *job.Job, w io.Writer) *progress {
	p := &progress{quit: make(chan struct{})}
	p.wg.Go(func() {
		tick := time.NewTicker(progressEvery)
		defer tick.Stop()
		var last sample
		for {
			select {
			case <-p.quit:
				return
			case now := <-tick.C:
				if s := j.Scheduler(); s != nil {
					next := sampleOf(s, now)
					fmt.Fprintln(w, next.since(last))
					last = next
				}
			}
		}
	})
	return p
}

func (p *progress) stop() {
	close(p.quit)
	p.wg.Wait()
}

// sample is how far a run has come at one moment.
type sample struct {
	at      time.Time
	counts  scheduler.Counts
	waiting int // running included
	running int
}

func sampleOf(s *scheduler.Scheduler, at time.Time) sample {
	queue := s.Queue()
	out := sample{at: at, counts: s.Counts(), waiting: len(queue)}
	for _, f := range queue {
		if f.State() == scheduler.Running {
			out.running++
		}
	}
	return out
}

func (s sample) ended() uint64 { return s.counts.Results + s.counts.Exceptions + s.counts.Cancelled }

// since tells the sample as a line; last, which may be empty, is the one
// before it. The time left is told when no further work has come in between.
func (s sample) since(last sample) string {
	line := fmt.Sprintf("%d submitted, %d done, %d failed, %d running", s.counts.Submitted,
		s.ended(), s.counts.Exceptions, s.running)
	if s.counts.Cancelled > 0 {
		line += fmt.Sprintf(", %d cancelled", s.counts.Cancelled)
	}
	if last.at.IsZero() || !s.at.After(last.at) {
		return line
	}
	rate := float64(s.ended()-last.ended()) / s.at.Sub(last.at).Seconds()
	line += fmt.Sprintf(", %.3g/s", rate)
	if rate > 0 && s.waiting > 0 && s.counts.Submitted == last.counts.Submitted {
		left := time.Duration(float64(s.waiting) / rate * float64(time.Second))
		line += fmt.Sprintf(", about %v left", left.Round(time.Second))
	}
	return line
}
