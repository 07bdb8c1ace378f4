package session_test

import (
	"bytes"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/signalbox-go/signalbox/framework/session"
	"github.com/signalbox-go/signalbox/framework/task"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

func requireTasks(t *testing.T, want *pb.Tasks, b *session.Batch) {
	t.Helper()
	require.True(t, proto.Equal(want, b.Tasks()), "want %v\n got %v", want, b.Tasks())
}

func TestBatch(t *testing.T) {
	t.Parallel()
	var b session.Batch
	require.Nil(t, b.Tasks())
	require.Zero(t, b.Len())

	b.Add(7, 2, []byte("one"), task.ContentJSON, 101, time.Time{}, 1)
	b.Add(8, 0, nil, task.ContentJSON, 102, time.Time{}, 1)
	b.Add(9, 2, []byte("three"), task.ContentJSON, 103, time.Time{}, 1)
	requireTasks(t, &pb.Tasks{First: 7, Task: []uint32{2, 0, 2}, Size: []uint64{3, 0, 5}, Inputs: []byte("onethree"), Future: []uint64{101, 102, 103}, ContentType: []string{task.ContentJSON}, Attempt: []uint32{1}}, &b)
	require.Equal(t, 3, b.Len())
	require.Equal(t, 8, b.Bytes())

	b.Reset()
	require.Nil(t, b.Tasks())
	require.Zero(t, b.Len())
	require.Zero(t, b.Bytes())
	b.Add(10, 1, []byte("x"), task.ContentJSON, 104, time.Time{}, 1)
	requireTasks(t, &pb.Tasks{First: 10, Task: []uint32{1}, Size: []uint64{1}, Inputs: []byte("x"), Future: []uint64{104}, ContentType: []string{task.ContentJSON}, Attempt: []uint32{1}}, &b)
}

// Lists that are optional are as long as the others or empty, whenever the
// first task comes that needs them.
func TestBatchDeadlines(t *testing.T) {
	t.Parallel()
	at := time.Unix(100, 5)
	var b session.Batch
	b.Add(1, 0, nil, task.ContentJSON, 1, time.Time{}, 1)
	require.Empty(t, b.Tasks().GetDeadlineUnixNano())
	b.Add(2, 0, nil, task.ContentJSON, 2, at, 1)
	b.Add(3, 0, nil, task.ContentJSON, 3, time.Time{}, 1)
	require.Equal(t, []int64{0, 100_000_000_005, 0}, b.Tasks().GetDeadlineUnixNano())

	b.Reset()
	b.Add(4, 0, nil, task.ContentJSON, 4, time.Time{}, 1)
	require.Empty(t, b.Tasks().GetDeadlineUnixNano(), "those before the reset are forgotten")
}

// The content type of each input travels with it, once where all agree.
func TestBatchContentTypes(t *testing.T) {
	t.Parallel()
	var b session.Batch
	for i, c := range []string{task.ContentJSON, task.ContentJSON, task.ContentCBOR, task.ContentJSON} {
		b.Add(uint64(i+1), 0, nil, c, uint64(i), time.Time{}, 1)
		if i < 2 {
			require.Equal(t, []string{task.ContentJSON}, b.Tasks().GetContentType())
		}
	}
	require.Equal(t, []string{task.ContentJSON, task.ContentJSON, task.ContentCBOR, task.ContentJSON}, b.Tasks().GetContentType())

	b.Reset()
	b.Add(5, 0, nil, task.ContentCBOR, 5, time.Time{}, 1)
	require.Equal(t, []string{task.ContentCBOR}, b.Tasks().GetContentType(), "those before the reset are forgotten")
}

func TestBatchDeadlinesOutOfReach(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		at   time.Time
		want int64
	}{
		"in zone":       {time.Unix(1, 0).In(time.FixedZone("x", 3600)), 1e9},
		"the epoch":     {time.Unix(0, 0), 1},
		"before it":     {time.Date(1600, 1, 1, 0, 0, 0, 0, time.UTC), 1},
		"last":          {time.Unix(0, math.MaxInt64), math.MaxInt64},
		"for ever":      {time.Now().Add(math.MaxInt64), math.MaxInt64},
		"the year 9999": {time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), math.MaxInt64},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b session.Batch
			b.Add(1, 0, nil, task.ContentJSON, 1, c.at, 1)
			require.Equal(t, []int64{c.want}, b.Tasks().GetDeadlineUnixNano())
		})
	}
}

func TestBatchKeepsNoLargeMemory(t *testing.T) {
	t.Parallel()
	var b session.Batch
	b.Add(1, 0, make([]byte, 4<<20), task.ContentJSON, 1, time.Time{}, 1)
	b.Reset()
	b.Add(2, 0, []byte("x"), task.ContentJSON, 2, time.Time{}, 1)
	require.Less(t, cap(b.Tasks().GetInputs()), 1<<20)
}

// BenchmarkBatch makes and encodes the request of one frame.
func BenchmarkBatch(b *testing.B) {
	input := bytes.Repeat([]byte("x"), 32)
	for _, n := range sizes() {
		b.Run(n.name, func(b *testing.B) {
			b.ReportAllocs()
			var batch session.Batch
			var frame []byte
			for seq := uint64(1); b.Loop(); seq += uint64(n.tasks) {
				batch.Reset()
				for i := range n.tasks {
					batch.Add(seq+uint64(i), 0, input, task.ContentJSON, seq, time.Time{}, 1)
				}
				var err error
				if frame, err = (proto.MarshalOptions{}).MarshalAppend(frame[:0], &pb.SessionRequest{Tasks: batch.Tasks()}); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(len(frame)))
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n.tasks), "ns/task")
		})
	}
}

type size struct {
	name  string
	tasks int
}

func sizes() []size { return []size{{"1 task", 1}, {"16 tasks", 16}, {"256 tasks", 256}} }
