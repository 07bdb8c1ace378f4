package metrics

import (
	"slices"
	"time"
)

// bounds are the upper bounds of the buckets of histograms: from no-op tasks to
// such as take hours.
var bounds = [...]time.Duration{
	100 * time.Microsecond, 300 * time.Microsecond, time.Millisecond, 3 * time.Millisecond, 10 * time.Millisecond, 30 * time.Millisecond,
	100 * time.Millisecond, 300 * time.Millisecond, time.Second, 3 * time.Second, 10 * time.Second, 30 * time.Second,
	100 * time.Second, 300 * time.Second, 1000 * time.Second, 3000 * time.Second, 10_000 * time.Second,
}

// histogram counts durations. It is plain data, so that it can be kept.
type histogram struct {
	// Counts are by bucket, the last of what is longer than all bounds.
	Counts [len(bounds) + 1]uint64 `json:"n"`
	Sum    time.Duration           `json:"sum"`
}

func (h *histogram) add(d time.Duration) {
	i, _ := slices.BinarySearch(bounds[:], d)
	h.Counts[i]++
	h.Sum += d
}

// cumulative returns how many durations there are, and how many up to each
// bound in seconds.
func (h *histogram) cumulative() (n uint64, upTo map[float64]uint64) {
	upTo = make(map[float64]uint64, len(bounds))
	for i, count := range h.Counts {
		n += count
		if i < len(bounds) {
			upTo[bounds[i].Seconds()] = n
		}
	}
	return n, upTo
}
