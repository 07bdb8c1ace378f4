//go:build linux

package metrics_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/eventplugin"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/plugins/metrics"
)

// BenchmarkRecords has the plugin count 100,000 futures, of which none may be
// missed: what is measured goes from the first submit until it has acknowledged
// everything.
func BenchmarkRecords(b *testing.B) {
	const futures = 100_000
	for b.Loop() {
		hub := eventplugin.New(eventplugin.Self(metrics.Name, eventplugin.Config(metrics.Config{Listen: ":0"}), eventplugin.Lossless()))
		s := scheduler.New(local.Sequential(), scheduler.Observed(hub), scheduler.Logger(slog.New(slog.DiscardHandler)))
		t := scheduler.NewTask(s, half)
		var began time.Time
		s.OnStart.Do(func() {
			began = time.Now()
			for i := range futures {
				_, err := t.Submit(10 * i)
				require.NoError(b, err)
			}
		})
		_, err := s.Run(context.Background())
		require.NoError(b, err)
		p := hub.Reports()[0]
		require.NoError(b, p.Err)
		require.Zero(b, p.Missed+p.Undelivered)
		b.ReportMetric(float64(p.Acknowledged)/time.Since(began).Seconds(), "records/s")
	}
}
