package status

import (
	"math"
	"time"
)

const (
	// memory is how long what a rate has been weighs on what it is.
	memory = 3 * time.Second
	// apart is the least time between two looks that says something of a rate.
	apart = 200 * time.Millisecond
	// least is the least rate that is told from none: what is left of one that was.
	least = 1e-3
)

// rate is how fast a number grows, per second.
type rate struct {
	at    time.Time // of the last look, zero for none
	n     uint64
	value float64
}

// see takes a number and returns the rate. before is the number at since, for
// the first look.
func (r *rate) see(now time.Time, n uint64, since time.Time) float64 {
	if r.at.IsZero() {
		if took := now.Sub(since); took > 0 && !since.IsZero() {
			r.value = float64(n) / took.Seconds()
		}
		r.at, r.n = now, n
		return r.value
	}
	took := now.Sub(r.at)
	if took < apart {
		return r.value
	}
	// What has been is forgotten as time goes by, however often somebody looks.
	weight := 1 - math.Exp(-took.Seconds()/memory.Seconds())
	r.value += (float64(n-r.n)/took.Seconds() - r.value) * weight
	if r.value < least {
		r.value = 0
	}
	r.at, r.n = now, n
	return r.value
}
