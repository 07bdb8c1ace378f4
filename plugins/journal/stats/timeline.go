package stats

import "time"

// Timeline counts the ends of futures by time.
type Timeline struct {
	// Width is how long each bucket is, in seconds.
	Width float64 `json:"width_s"`
	// Buckets follow each other from on_start.
	Buckets []Bucket `json:"buckets"`

	width time.Duration
}

// Bucket is what ended within some time.
type Bucket struct {
	Ended  uint64 `json:"ended"` // in whatever way
	Failed uint64 `json:"failed"`
}

// maxBuckets is how many buckets there are at most. There are half as many at
// least, once the run is long enough.
const maxBuckets = 24

// add counts an end, so long after the start. Buckets are made wider as need
// be.
func (t *Timeline) add(at time.Duration, failed bool) {
	if t.width == 0 {
		t.width = time.Millisecond
	}
	at = max(at, 0)
	for at/t.width >= maxBuckets {
		t.width *= 2
		for i := range t.Buckets {
			b := t.Buckets[i]
			t.Buckets[i] = Bucket{}
			t.Buckets[i/2].Ended += b.Ended
			t.Buckets[i/2].Failed += b.Failed
		}
		t.Buckets = t.Buckets[:(len(t.Buckets)+1)/2]
	}
	t.Width = t.width.Seconds()
	i := int(at / t.width)
	for len(t.Buckets) <= i {
		t.Buckets = append(t.Buckets, Bucket{})
	}
	t.Buckets[i].Ended++
	if failed {
		t.Buckets[i].Failed++
	}
}
