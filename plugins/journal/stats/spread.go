package stats

import (
	"encoding/json"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Spread is how durations are spread. Its JSON has seconds.
type Spread struct {
	h   *hdrhistogram.Histogram // of nanoseconds; nil for none
	sum time.Duration
	max time.Duration
	n   int64
}

// longest is the longest duration that percentiles tell from longer ones.
const longest = 30 * 24 * time.Hour

func (s *Spread) add(d time.Duration) {
	if s.h == nil {
		s.h = hdrhistogram.New(1, int64(longest), 2)
	}
	s.n++
	s.sum += d
	s.max = max(s.max, d)
	// Within its bounds, it is always recorded.
	_ = s.h.RecordValue(int64(min(d, longest)))
}

// Count returns how many durations there are.
func (s *Spread) Count() int64 { return s.n }

// Mean returns the mean, 0 for none.
func (s *Spread) Mean() time.Duration {
	if s.n == 0 {
		return 0
	}
	return s.sum / time.Duration(s.n)
}

// Max returns the longest, 0 for none.
func (s *Spread) Max() time.Duration { return s.max }

// Quantile returns what q percent of the durations do not exceed, to two
// digits; 0 for none.
func (s *Spread) Quantile(q float64) time.Duration {
	if s.h == nil {
		return 0
	}
	return min(time.Duration(s.h.ValueAtQuantile(q)), s.max)
}

// MarshalJSON returns count, mean, median, 99th percentile and maximum.
func (s Spread) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Count int64   `json:"count"`
		Mean  float64 `json:"mean_s"`
		P50   float64 `json:"p50_s"`
		P99   float64 `json:"p99_s"`
		Max   float64 `json:"max_s"`
	}{s.n, s.Mean().Seconds(), s.Quantile(50).Seconds(), s.Quantile(99).Seconds(), s.max.Seconds()})
}
