package process

import "time"

// heldWork is how much work a worker may hold besides what it runs: three times
// what it does between two frames of results.
const heldWork = 12 * time.Millisecond

// maxHeld is how many calls a worker may hold, however short they are.
const maxHeld = 4096

// pace measures how long a worker's calls take.
type pace struct {
	mean  float64 // nanoseconds, exponentially weighted; 0 while unknown
	known bool
}

// weight of a new measurement. Frames of many calls count as one, with the
// weight of all.
const weight = 0.2

// add takes note of n calls that took total together.
func (p *pace) add(n int, total time.Duration) {
	mean := float64(total) / float64(n)
	if !p.known {
		p.mean, p.known = mean, true
		return
	}
	a := weight
	if n > 8 {
		a = 0.5
	}
	p.mean += a * (mean - p.mean)
}

// hold returns how many calls the worker may have at a time, what it runs
// included.
func (p *pace) hold() int {
	if !p.known {
		return 1
	}
	return 1 + int(min(float64(heldWork)/max(p.mean, 1), maxHeld))
}

// work returns how long n calls are likely to take.
func (p *pace) work(n int) time.Duration { return time.Duration(float64(n) * p.mean) }
