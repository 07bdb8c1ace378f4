package plugin_test

import (
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/signalbox-go/signalbox/framework/task"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

var hello = &pb.Hello{Tasks: []string{"hold", "info", "gone"}, Worker: 3}

func TestRecallGivesBackWhatHasNotBegun(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	require.Equal(t, []uint32{2}, r.open(hello).GetUnknownTasks())
	r.send(&pb.SessionRequest{Tasks: numbers(0, 1, 5)})
	require.Equal(t, 1, <-r.begun)
	r.send(&pb.SessionRequest{RecallFrom: 4})
	returned := r.receive().GetReturned()
	require.Equal(t, uint64(4), returned.GetFrom())
	require.Equal(t, []uint64{4, 5}, returned.GetSeq())

	// What runs is not given back but cancelled; the order is that of the fields.
	r.send(&pb.SessionRequest{RecallFrom: 1, Cancel: []uint64{1}, Tasks: numbers(0, 6, 1)})
	returned = r.receive().GetReturned()
	require.Equal(t, []uint64{2, 3}, returned.GetSeq())
	results := r.receive().GetResults()
	require.Equal(t, []uint64{1}, results.GetSeq())
	require.Equal(t, task.KindCancelled, results.GetFailures()[0].GetKind())
	require.Equal(t, 6, <-r.begun, "the worker goes on with what came after")
	r.free <- struct{}{}
	require.Equal(t, "6", string(r.receive().GetResults().GetOutputs()))
	host, plugin := r.end()
	require.ErrorIs(t, host, io.EOF)
	require.NoError(t, plugin)
}

func TestDrainAndPing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.open(hello)
	r.send(&pb.SessionRequest{Tasks: numbers(0, 1, 1), Drain: true, Ping: 7})
	require.Equal(t, uint64(7), r.receive().GetPong(), "also while a task runs")
	<-r.begun
	r.free <- struct{}{}
	first := r.receive()
	if !first.GetDrained() {
		require.Len(t, first.GetResults().GetSeq(), 1)
		first = r.receive()
	}
	require.True(t, first.GetDrained(), "after the results")
	r.send(&pb.SessionRequest{Drain: true})
	require.True(t, r.receive().GetDrained(), "also with nothing to do")
}

func TestInfoAndUnknownTasks(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.open(hello)
	tasks := numbers(1, 1, 2)
	tasks.Task, tasks.Attempt = []uint32{1, 2}, []uint32{4}
	r.send(&pb.SessionRequest{Tasks: tasks})
	var outputs string
	var failures []*pb.Failure
	for n := 0; n < 2; {
		results := r.receive().GetResults()
		n += len(results.GetSeq())
		outputs += string(results.GetOutputs())
		failures = append(failures, results.GetFailures()...)
	}
	require.Equal(t, `{"Task":"info","Future":101,"Attempt":4,"Worker":3}`, outputs)
	require.Len(t, failures, 1)
	require.Equal(t, task.KindUnknownTask, failures[0].GetKind())
	require.Contains(t, failures[0].GetMessage(), `"gone"`)
}

func TestDeadline(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.open(hello)
	tasks := numbers(0, 1, 1)
	tasks.DeadlineUnixNano = []int64{time.Now().Add(-time.Second).UnixNano()}
	r.send(&pb.SessionRequest{Tasks: tasks})
	f := r.receive().GetResults().GetFailures()[0]
	require.Equal(t, task.KindDeadline, f.GetKind())
	require.Contains(t, f.GetMessage(), "deadline passed")
}

func TestLedgerTellsWhatBegan(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger")
	require.NoError(t, os.WriteFile(path, make([]byte, 16), 0o600))
	words := func() (started, finished uint64) {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		return binary.NativeEndian.Uint64(data), binary.NativeEndian.Uint64(data[8:])
	}
	r := newRig(t)
	require.True(t, r.open(&pb.Hello{Tasks: hello.GetTasks(), Ledger: path}).GetLedger())
	r.send(&pb.SessionRequest{Tasks: numbers(0, 5, 2)})
	<-r.begun
	started, finished := words()
	require.Equal(t, uint64(5), started)
	require.Zero(t, finished)
	r.free <- struct{}{}
	r.receive()
	<-r.begun
	started, finished = words()
	require.Equal(t, uint64(6), started)
	require.Equal(t, uint64(5), finished)
	r.free <- struct{}{}
	r.receive()
	_, finished = words()
	require.Equal(t, uint64(6), finished)
}

func TestFaultLedgerThatCannotBeKept(t *testing.T) {
	t.Parallel()
	short := filepath.Join(t.TempDir(), "short")
	require.NoError(t, os.WriteFile(short, make([]byte, 15), 0o600))
	for _, path := range []string{short, short + "er"} {
		r := newRig(t)
		require.False(t, r.open(&pb.Hello{Tasks: hello.GetTasks(), Ledger: path}).GetLedger())
		r.send(&pb.SessionRequest{Tasks: numbers(1, 1, 1)})
		require.Equal(t, []uint64{1}, r.receive().GetResults().GetSeq(), "it works all the same")
	}
}

func TestWhatAHostMayNotSend(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		first, second *pb.SessionRequest
		want          string
	}{
		"no hello":       {&pb.SessionRequest{Ping: 1}, nil, "no hello"},
		"size":           {&pb.SessionRequest{Hello: hello}, &pb.SessionRequest{Tasks: &pb.Tasks{First: 1, Task: []uint32{0}, Size: []uint64{1 << 63}}}, "claims"},
		"no name":        {&pb.SessionRequest{Hello: hello}, &pb.SessionRequest{Tasks: &pb.Tasks{First: 1, Size: []uint64{0}}}, "no name"},
		"index":          {&pb.SessionRequest{Hello: hello}, &pb.SessionRequest{Tasks: &pb.Tasks{First: 1, Task: []uint32{3}, Size: []uint64{0}}}, "no name"},
		"too many names": {&pb.SessionRequest{Hello: hello}, &pb.SessionRequest{Tasks: &pb.Tasks{First: 1, Task: []uint32{0, 0}, Size: []uint64{0}}}, "no name"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.send(test.first)
			if test.second != nil {
				require.NotNil(t, r.receive().GetWelcome())
				r.send(test.second)
			}
			_, err := r.stream.Recv()
			require.Equal(t, codes.InvalidArgument, status.Code(err))
			require.ErrorContains(t, err, test.want)
			require.Equal(t, codes.InvalidArgument, status.Code(r.over()))
		})
	}
}

func TestOneSession(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.open(hello)
	second, err := r.client.Session(t.Context())
	require.NoError(t, err)
	_, err = second.Recv()
	require.Equal(t, codes.FailedPrecondition, status.Code(err))
	d, err := r.client.Describe(t.Context(), &pb.DescribeRequest{})
	require.NoError(t, err)
	require.Len(t, d.GetTasks(), 2)
	_, plugin := r.end()
	require.NoError(t, plugin, "the first session is not touched")
}

func TestCodeStopsWithItsSession(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.open(hello)
	r.send(&pb.SessionRequest{Tasks: numbers(0, 1, 3)})
	require.Equal(t, 1, <-r.begun)
	_, plugin := r.end()
	require.NoError(t, plugin)
	require.Empty(t, r.begun, "what was held does not begin")
}
