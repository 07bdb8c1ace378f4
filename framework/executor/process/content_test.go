//go:build linux

package process_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// TestContentTypes has definitions of the two sides disagree on how values are
// encoded. What is CBOR for -17 is JSON for 0.
func TestContentTypes(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	r.begin()
	asCBOR, asBytes := task.Named[int, int]("inc").CBOR(), task.Named[int, []byte]("inc")
	var right, in []*scheduler.Future[int]
	var out []*scheduler.Future[[]byte]
	for n := -300; n < 300; n++ {
		right = append(right, submit(t, r.Scheduler, inc, n))
		if n%3 == 0 {
			in = append(in, submit(t, r.Scheduler, asCBOR, n))
			out = append(out, submit(t, r.Scheduler, asBytes, n))
		}
	}
	for i, f := range right {
		await(t, f)
		require.NoError(t, f.Err())
		require.Equal(t, i-299, f.Value(), "in whatever company it travels")
	}
	for _, f := range in {
		await(t, f)
		require.Equal(t, task.KindDecode, task.KindOf(f.Err()))
		require.EqualError(t, f.Err(), "task inc: input came as application/cbor, expected application/json: give both sides the same definition")
	}
	for _, f := range out {
		await(t, f)
		require.Equal(t, task.KindDecode, task.KindOf(f.Err()))
		require.EqualError(t, f.Err(), "task inc: result came as application/json, expected application/octet-stream: give both sides the same definition")
	}
	r.finish()
	require.Equal(t, scheduler.WorkerCounts{Started: 1}, r.Workers())
}
