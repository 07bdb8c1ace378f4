package monitor

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"
)

// WriteCSV writes the samples as comma-separated values, with a line of names
// first: time (RFC 3339, UTC), elapsed_s (seconds since the first sample), queue,
// running, waiting, idle, finished, cancelled.
func (m *Monitor) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	// Errors stay with the writer until Flush.
	_ = out.Write([]string{"time", "elapsed_s", "queue", "running", "waiting", "idle", "finished", "cancelled"})
	samples := m.Samples()
	for _, s := range samples {
		_ = out.Write([]string{
			s.Time.UTC().Format(time.RFC3339Nano),
			strconv.FormatFloat(s.Time.Sub(samples[0].Time).Seconds(), 'f', 6, 64),
			strconv.Itoa(s.Queue), strconv.Itoa(s.Running), strconv.Itoa(s.Waiting()), strconv.Itoa(s.Idle),
			strconv.FormatUint(s.Finished, 10), strconv.FormatUint(s.Cancelled, 10),
		})
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("monitor: samples cannot be written: %w", err)
	}
	return nil
}
