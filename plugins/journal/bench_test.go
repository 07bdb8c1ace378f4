//go:build linux

package journal_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/plugins/journal"
	"github.com/signalbox-go/signalbox/sdk"
)

// BenchmarkLine puts the line of a result together.
func BenchmarkLine(b *testing.B) {
	for name, payload := range map[string]sdk.Payload{"bare": {}, "with a payload": {ContentType: "application/json", Data: []byte(`{"path":"some/file.go","lines":1234}`)}} {
		b.Run(name, func(b *testing.B) {
			r := sdk.Record{Meta: sdk.Meta{Seq: 123456, Time: time.Unix(1_700_000_000, 123456789)}, Kind: sdk.KindResult, Payload: payload,
				Future: sdk.FutureInfo{ID: 65432, Task: "count", Attempt: 1, Elapsed: 1234567, Wait: 7654321},
				Events: []sdk.Emission{{Name: "on_future_done"}, {Name: "on_future_result"}, {Name: "on_done", Task: "count"}, {Name: "on_result", Task: "count"}}}
			line := journal.NewLine("/signalbox/6ba7b810-9dad-11d1-80b4-00c04fd430c8/1700000000000000000", "bench")
			var buf []byte
			b.ReportAllocs()
			for b.Loop() {
				buf = line(buf[:0], &r)
			}
			b.SetBytes(int64(len(buf)))
		})
	}
}

// BenchmarkRun has a journal, in a process of its own, keep up with calls that do
// nothing.
func BenchmarkRun(b *testing.B) {
	for name, c := range map[string]config{"plain": nil, "compressed": {"compress": true}, "with payloads": {"payloads": true}} {
		b.Run(name, func(b *testing.B) {
			const calls = 50_000
			for b.Loop() {
				r := newRig(b, b.TempDir(), c)
				r.OnStart.Do(func() {
					for i := range calls {
						_, err := r.double.Submit(i)
						require.NoError(b, err)
					}
				})
				exit := r.run(scheduler.ExceptionPolicy(scheduler.Raise))
				p := r.hub.Reports()[0]
				require.Zero(b, p.Undelivered)
				b.ReportMetric(float64(p.Acknowledged)/(exit.Elapsed+p.Flush).Seconds(), "records/s")
			}
		})
	}
}
