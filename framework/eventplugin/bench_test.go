//go:build linux

package eventplugin_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/eventplugin"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// BenchmarkDelivery tells a plugin in a process of its own of 200,000 futures:
// that each was submitted, and its result. The plugin must not miss any, and
// counts by callbacks; what is measured goes from the first submit to the end
// of the run, when it has acknowledged everything.
func BenchmarkDelivery(b *testing.B) {
	const futures = 200_000
	for _, name := range []string{"counter", "recorder"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				hub := eventplugin.New(eventplugin.Self(name, eventplugin.Lossless()))
				s := scheduler.New(local.Sequential(), scheduler.Observed(hub))
				double := scheduler.NewTask(s, double)
				var began time.Time
				s.OnStart.Do(func() {
					began = time.Now()
					for i := range futures {
						_, err := double.Submit(i)
						require.NoError(b, err)
					}
				})
				_, err := s.Run(context.Background())
				require.NoError(b, err)
				elapsed := time.Since(began)
				p := hub.Reports()[0]
				require.NoError(b, p.Err)
				require.Zero(b, p.Missed+p.Undelivered)
				require.GreaterOrEqual(b, p.Acknowledged, uint64(2*futures))
				hub.Close()
				b.ReportMetric(2*futures/elapsed.Seconds(), "events/s")
			}
		})
	}
}
