package session_test

import (
	"bytes"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/signalbox-go/signalbox/framework/session"
	"github.com/signalbox-go/signalbox/framework/task"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

func TestResults(t *testing.T) {
	t.Parallel()
	got, err := session.Results(nil, &pb.Results{
		Seq: []uint64{9, 4, 5}, Size: []uint64{3, 0, 2}, Outputs: []byte("onetw"), ElapsedNs: []uint64{1, math.MaxInt64, 0},
		Failures: []*pb.Failure{{Index: 1, Kind: task.KindPanic, Message: "panic: x", Stack: "main.go:1", NotRetryable: true, Causes: []*pb.Cause{{Type: "main.x", Text: "x"}}}},
	})
	require.NoError(t, err)
	require.Equal(t, []session.Result{
		{Seq: 9, Payload: []byte("one"), Elapsed: 1},
		{Seq: 4, Payload: []byte{}, Elapsed: math.MaxInt64, Err: &task.Error{Kind: task.KindPanic, Message: "panic: x", Stack: "main.go:1", NotRetryable: true,
			Causes: []task.Cause{{Type: "main.x", Text: "x"}}}},
		{Seq: 5, Payload: []byte("tw")},
	}, got, "in the order in which they ended")
}

func TestResultsAreAppended(t *testing.T) {
	t.Parallel()
	kept := make([]session.Result, 1, 8)
	kept[0].Seq = 1
	got, err := session.Results(kept, &pb.Results{Seq: []uint64{2}, Size: []uint64{0}, ElapsedNs: []uint64{0}})
	require.NoError(t, err)
	require.Len(t, got, 2)
	require.Same(t, &kept[0], &got[0])
	got, err = session.Results(nil, nil)
	require.NoError(t, err)
	require.Empty(t, got)
}

// Payloads share the frame's memory, but nobody who appends to one reaches
// into the next.
func TestPayloadsDoNotOverlap(t *testing.T) {
	t.Parallel()
	got, err := session.Results(nil, &pb.Results{Seq: []uint64{1, 2}, Size: []uint64{1, 1}, ElapsedNs: []uint64{0, 0}, Outputs: []byte("ab")})
	require.NoError(t, err)
	_ = append(got[0].Payload, 'z')
	require.Equal(t, "b", string(got[1].Payload))
}

func TestContentTypes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ sent, want []string }{
		"of the task":  {nil, []string{"", ""}},
		"one for all":  {[]string{"text/plain"}, []string{"text/plain", "text/plain"}},
		"one for each": {[]string{"text/plain", ""}, []string{"text/plain", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := session.Results(nil, &pb.Results{Seq: []uint64{1, 2}, Size: []uint64{0, 0}, ElapsedNs: []uint64{0, 0}, ContentType: c.sent})
			require.NoError(t, err)
			require.Equal(t, c.want, []string{got[0].ContentType, got[1].ContentType})
		})
	}
}

func TestResultsRefuses(t *testing.T) {
	t.Parallel()
	two := func(change func(*pb.Results)) *pb.Results {
		r := &pb.Results{Seq: []uint64{1, 2}, Size: []uint64{1, 1}, ElapsedNs: []uint64{0, 0}, Outputs: []byte("ab")}
		change(r)
		return r
	}
	for name, c := range map[string]struct {
		change func(*pb.Results)
		text   string
	}{
		"no sizes":            {func(r *pb.Results) { r.Size = nil }, "results of 2 tasks with 0 sizes and 2 times"},
		"a size too many":     {func(r *pb.Results) { r.Size = append(r.Size, 0) }, "with 3 sizes"},
		"a time too few":      {func(r *pb.Results) { r.ElapsedNs = r.ElapsedNs[:1] }, "and 1 times"},
		"no numbers":          {func(r *pb.Results) { r.Seq = nil }, "results of 0 tasks"},
		"a size too large":    {func(r *pb.Results) { r.Size[1] = 2 }, "result 1 claims 2 bytes of 1"},
		"a size that is huge": {func(r *pb.Results) { r.Size[0] = math.MaxUint64 }, "result 0 claims 18446744073709551615 bytes of 2"},
		"sizes that wrap":     {func(r *pb.Results) { r.Size[0], r.Size[1] = 1, math.MaxUint64 }, "result 1 claims"},
		"bytes to spare":      {func(r *pb.Results) { r.Outputs = []byte("abc") }, "with 1 bytes and 0 failures to spare"},
		"content types":       {func(r *pb.Results) { r.ContentType = []string{"a", "b", "c"} }, "with 3 content types"},
		"a time of centuries": {func(r *pb.Results) { r.ElapsedNs[0] = 1 << 63 }, "result 0 claims to have taken 9223372036854775808 ns"},
		"a failure of none":   {func(r *pb.Results) { r.Failures = []*pb.Failure{{Index: 2}} }, "1 failures to spare"},
		"failures that fall": {func(r *pb.Results) {
			r.Size, r.Outputs = []uint64{0, 0}, nil
			r.Failures = []*pb.Failure{{Index: 1}, {Index: 0}}
		}, "1 failures to spare"},
		"two of one": {func(r *pb.Results) {
			r.Size, r.Outputs = []uint64{0, 0}, nil
			r.Failures = []*pb.Failure{{Index: 1}, {Index: 1}}
		}, "1 failures to spare"},
		"a failure with an output": {func(r *pb.Results) { r.Failures = []*pb.Failure{{Index: 0}} }, "result 0 is a failure and has 1 bytes of output"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := session.Results(nil, two(c.change))
			require.Nil(t, got)
			require.ErrorIs(t, err, session.ErrProtocol)
			require.ErrorContains(t, err, c.text)
		})
	}
}

// FuzzResults checks that whatever a plugin sends is refused, or a list that
// accounts for every byte and every failure of it.
func FuzzResults(f *testing.F) {
	for _, r := range []*pb.Results{
		{},
		{Seq: []uint64{1, 2, 3}, Size: []uint64{2, 0, 1}, Outputs: []byte("abc"), ElapsedNs: []uint64{1, 2, 3}, Failures: []*pb.Failure{{Index: 1, Kind: "k", Message: "m"}}, ContentType: []string{"a"}},
		{Seq: []uint64{1}, Size: []uint64{math.MaxUint64}, ElapsedNs: []uint64{math.MaxUint64}, ContentType: []string{"a", "b"}},
		{Seq: []uint64{1, 1}, Size: []uint64{1, math.MaxUint64}, ElapsedNs: []uint64{0, 0}, Outputs: []byte("a"), Failures: []*pb.Failure{{Index: 1}, {}}},
	} {
		data, err := proto.Marshal(r)
		require.NoError(f, err)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var sent pb.Results
		if proto.Unmarshal(data, &sent) != nil {
			return
		}
		before := session.Result{Seq: 42}
		got, err := session.Results([]session.Result{before}, &sent)
		if err != nil {
			require.ErrorIs(t, err, session.ErrProtocol)
			require.Nil(t, got)
			return
		}
		require.Len(t, got, 1+len(sent.GetSeq()))
		require.Equal(t, before, got[0])
		var outputs []byte
		failures := 0
		for i, r := range got[1:] {
			require.Equal(t, sent.GetSeq()[i], r.Seq)
			require.GreaterOrEqual(t, r.Elapsed, time.Duration(0))
			outputs = append(outputs, r.Payload...)
			if r.Err != nil {
				failures++
				require.Empty(t, r.Payload)
				var e *task.Error
				require.True(t, errors.As(r.Err, &e) && e.Kind != "")
			}
		}
		require.True(t, bytes.Equal(outputs, sent.GetOutputs()))
		require.Len(t, sent.GetFailures(), failures)
	})
}

// BenchmarkResults encodes one frame of results, as a plugin does, and decodes
// it as the host does.
func BenchmarkResults(b *testing.B) {
	output := bytes.Repeat([]byte("x"), 32)
	for _, n := range sizes() {
		sent := &pb.Results{}
		for i := range n.tasks {
			sent.Seq = append(sent.Seq, uint64(1000+i))
			sent.Size = append(sent.Size, uint64(len(output)))
			sent.ElapsedNs = append(sent.ElapsedNs, 1500)
			sent.Outputs = append(sent.Outputs, output...)
		}
		data, err := proto.Marshal(&pb.SessionResponse{Results: sent})
		require.NoError(b, err)
		b.Run("encode "+n.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(data)))
			var frame []byte
			for b.Loop() {
				var err error
				if frame, err = (proto.MarshalOptions{}).MarshalAppend(frame[:0], &pb.SessionResponse{Results: sent}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n.tasks), "ns/task")
		})
		b.Run("decode "+n.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(data)))
			var results []session.Result
			for b.Loop() {
				var resp pb.SessionResponse
				if err := proto.Unmarshal(data, &resp); err != nil {
					b.Fatal(err)
				}
				var err error
				if results, err = session.Results(results[:0], resp.GetResults()); err != nil || len(results) != n.tasks {
					b.Fatal(len(results), err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n.tasks), "ns/task")
		})
	}
}
