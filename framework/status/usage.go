package status

import (
	"time"

	"github.com/signalbox-go/signalbox/framework/internal/osproc"
	"github.com/signalbox-go/signalbox/framework/view"
)

const (
	// usageAge is how old what is known of processes may be at least.
	usageAge = time.Second
	// usageShare bounds what reading it takes of one processor: a 500th.
	usageShare = 500
)

// usage knows what processes use.
type usage struct {
	meter osproc.Meter
	read  time.Time
	took  time.Duration
	known map[int]reading // by pid
}

type reading struct {
	at  time.Time
	cpu time.Duration // in total
	use float64       // of one processor, below 0 for unknown
	rss int64
}

// fill fills in what the processes of workers use.
func (u *usage) fill(workers []view.Worker, now time.Time) {
	if now.Sub(u.read) >= max(usageAge, usageShare*u.took) {
		u.readAll(workers, now)
	}
	for i := range workers {
		w := &workers[i]
		r, ok := u.known[w.PID]
		if !ok && w.PID != 0 {
			// It has come since. One process more does not take long.
			r, ok = u.one(w.PID, now)
			if ok {
				u.known[w.PID] = r
			}
		}
		w.CPU, w.RSS = -1, -1
		if ok {
			w.CPU, w.RSS = r.use, r.rss
		}
	}
}

func (u *usage) readAll(workers []view.Worker, now time.Time) {
	began := time.Now()
	fresh := make(map[int]reading, len(workers))
	for i := range workers {
		pid := workers[i].PID
		if pid == 0 {
			continue
		}
		if r, ok := u.one(pid, now); ok {
			fresh[pid] = r
		}
	}
	u.known, u.read, u.took = fresh, now, time.Since(began)
}

func (u *usage) one(pid int, now time.Time) (reading, bool) {
	got, err := u.meter.Read(pid)
	if err != nil {
		return reading{}, false // it is gone, or this system does not tell
	}
	r := reading{at: now, cpu: got.CPU, use: -1, rss: got.Memory}
	if before, ok := u.known[pid]; ok && now.After(before.at) {
		// Of descendants that have ended and were not waited for, nothing is left.
		r.use = max(0, float64(got.CPU-before.cpu)/float64(now.Sub(before.at)))
	}
	return r, true
}
