package main

import (
	"fmt"
	"log/slog"
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

func startProgress(j *job.Job, console *console) *progress {
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
					pace := next.since(last)
					console.say(pace.String(), slog.LevelInfo, "progress", pace.attrs()...)
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

// since compares the sample with last, the one before it, which may be empty.
func (s sample) since(last sample) pace {
	p := pace{sample: s}
	if last.at.IsZero() || !s.at.After(last.at) {
		return p
	}
	p.known = true
	p.rate = float64(s.ended()-last.ended()) / s.at.Sub(last.at).Seconds()
	if p.rate > 0 && s.waiting > 0 && s.counts.Submitted == last.counts.Submitted {
		p.left = time.Duration(float64(s.waiting) / p.rate * float64(time.Second)).Round(time.Second)
	}
	return p
}

// pace is a sample, and how fast it goes on.
type pace struct {
	sample
	known bool
	rate  float64       // futures that ended, per second
	left  time.Duration // 0 if work has come in between, and more may come
}

func (p pace) String() string {
	line := fmt.Sprintf("%d submitted, %d done, %d failed, %d running", p.counts.Submitted,
		p.ended(), p.counts.Exceptions, p.running)
	if p.counts.Cancelled > 0 {
		line += fmt.Sprintf(", %d cancelled", p.counts.Cancelled)
	}
	if p.known {
		line += fmt.Sprintf(", %.3g/s", p.rate)
	}
	if p.left > 0 {
		line += fmt.Sprintf(", about %v left", p.left)
	}
	return line
}

func (p pace) attrs() []any {
	attrs := []any{"submitted", p.counts.Submitted, "done", p.ended(), "failed", p.counts.Exceptions,
		"running", p.running, "cancelled", p.counts.Cancelled}
	if p.known {
		attrs = append(attrs, "per_second", p.rate)
	}
	if p.left > 0 {
		attrs = append(attrs, "left_s", p.left.Seconds())
	}
	return attrs
}
