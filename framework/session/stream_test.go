package session_test

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/signalbox-go/signalbox/framework/session"
	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/framework/wire/failure"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// echo answers each request: every task with its own input in the reverse
// order, every ping with a pong, until the host has ended its part.
func echo(s stream) error {
	for {
		req, err := s.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		resp := &pb.SessionResponse{Pong: req.GetPing(), Drained: req.GetDrain()}
		if from := req.GetRecallFrom(); from > 0 {
			resp.Returned = &pb.Returned{From: from, Seq: req.GetCancel()}
		}
		if tasks := req.GetTasks(); tasks != nil {
			resp.Results = echoed(tasks)
		}
		if err := s.Send(resp); err != nil {
			return err
		}
	}
}

// echoed ends tasks: those of even index with their input, the others with an
// error of that text.
func echoed(tasks *pb.Tasks) *pb.Results {
	r := &pb.Results{}
	inputs := tasks.GetInputs()
	for i, size := range tasks.GetSize() {
		input := inputs[:size]
		inputs = inputs[size:]
		r.Seq = append(r.Seq, tasks.GetFirst()+uint64(i))
		r.ElapsedNs = append(r.ElapsedNs, uint64(i)*1000)
		if i%2 == 1 {
			f := failure.FromError(task.WithKind("odd", task.NotRetryable(errors.New(string(input)))))
			f.Index, f.Stack = uint32(i), "at "+string(input)
			r.Failures = append(r.Failures, f)
			input = nil
		}
		r.Size = append(r.Size, uint64(len(input)))
		r.Outputs = append(r.Outputs, input...)
	}
	return r
}

func TestManyTasksInOneFrame(t *testing.T) {
	t.Parallel()
	s := serve(t, willing(echo)).open(t, session.Config{Tasks: []string{"echo"}})
	var batch session.Batch
	seq := uint64(1)
	for _, n := range []int{1, 500, 3} {
		batch.Reset()
		first := seq
		for range n {
			batch.Add(seq, 0, input(seq), task.ContentJSON, 100+seq, time.Time{}, 1)
			seq++
		}
		require.NoError(t, s.Send(&pb.SessionRequest{Tasks: batch.Tasks()}))
		resp, err := s.Receive()
		require.NoError(t, err)
		results, err := session.Results(nil, resp.GetResults())
		require.NoError(t, err)
		require.Len(t, results, n)
		for i, r := range results {
			want := first + uint64(i)
			require.Equal(t, want, r.Seq)
			require.Equal(t, time.Duration(i)*time.Microsecond, r.Elapsed)
			if i%2 == 0 {
				require.NoError(t, r.Err)
				require.Equal(t, input(want), r.Payload)
				continue
			}
			require.Empty(t, r.Payload)
			var e *task.Error
			require.ErrorAs(t, r.Err, &e)
			require.EqualError(t, r.Err, string(input(want)))
			require.Equal(t, "odd", e.Kind)
			require.Equal(t, "at "+string(input(want)), e.Stack)
			require.False(t, task.IsRetryable(r.Err))
		}
	}
}

// input is of another length for each number, also empty.
func input(seq uint64) []byte {
	text := make([]byte, seq%7)
	for i := range text {
		text[i] = 'a' + byte(seq%26)
	}
	return text
}

func TestOtherAnswers(t *testing.T) {
	t.Parallel()
	s := serve(t, willing(echo)).open(t, session.Config{})
	require.NoError(t, s.Send(&pb.SessionRequest{RecallFrom: 7, Cancel: []uint64{8, 9}, Drain: true, Ping: 1 << 63}))
	resp, err := s.Receive()
	require.NoError(t, err)
	require.True(t, proto.Equal(&pb.SessionResponse{Returned: &pb.Returned{From: 7, Seq: []uint64{8, 9}}, Drained: true, Pong: 1 << 63}, resp))
}

func TestEndOfASession(t *testing.T) {
	t.Parallel()
	t.Run("by CloseSend, after what is left to say", func(t *testing.T) {
		t.Parallel()
		s := serve(t, willing(func(s stream) error {
			for {
				if _, err := s.Recv(); errors.Is(err, io.EOF) {
					return s.Send(&pb.SessionResponse{Drained: true})
				}
			}
		})).open(t, session.Config{})
		require.NoError(t, s.CloseSend())
		resp, err := s.Receive()
		require.NoError(t, err)
		require.True(t, resp.GetDrained())
		_, err = s.Receive()
		require.Equal(t, session.ErrClosed, err)
		_, err = s.Receive()
		require.ErrorIs(t, err, session.ErrClosed, "again")
	})
	t.Run("by the plugin", func(t *testing.T) {
		t.Parallel()
		s := serve(t, willing(func(stream) error { return nil })).open(t, session.Config{})
		_, err := s.Receive()
		require.ErrorIs(t, err, session.ErrClosed)
		require.ErrorIs(t, s.Send(&pb.SessionRequest{Ping: 1}), io.EOF)
	})
	t.Run("by Close, while Receive waits", func(t *testing.T) {
		t.Parallel()
		ended := make(chan struct{})
		s := serve(t, willing(func(s stream) error { defer close(ended); return untilEnd(s) })).open(t, session.Config{})
		received := make(chan error, 1)
		go func() { _, err := s.Receive(); received <- err }()
		s.Close()
		s.Close()
		require.ErrorIs(t, <-received, session.ErrClosed)
		<-ended // the plugin is told
		require.Error(t, s.Send(&pb.SessionRequest{Ping: 1}))
	})
	t.Run("by Close, while Send waits for a plugin that does not read", func(t *testing.T) {
		t.Parallel()
		s := serve(t, willing(untilEnd)).open(t, session.Config{})
		var batch session.Batch
		batch.Add(1, 0, make([]byte, 1<<20), task.ContentJSON, 0, time.Time{}, 1)
		sending, sent := make(chan struct{}), make(chan error, 1)
		go func() {
			close(sending)
			var err error
			for err == nil { // until what the connection holds is full
				err = s.Send(&pb.SessionRequest{Tasks: batch.Tasks()})
			}
			sent <- err
		}()
		<-sending
		s.Close()
		require.Error(t, <-sent)
	})
	t.Run("by an error of the plugin", func(t *testing.T) {
		t.Parallel()
		s := serve(t, willing(func(stream) error { return status.Error(codes.InvalidArgument, "task 3 has no name") })).open(t, session.Config{})
		_, err := s.Receive()
		require.ErrorContains(t, err, "task 3 has no name")
		require.NotErrorIs(t, err, session.ErrClosed)
		require.NotErrorIs(t, err, session.ErrProtocol)
	})
	t.Run("by death", func(t *testing.T) {
		t.Parallel()
		r := serve(t, willing(untilEnd))
		s := r.open(t, session.Config{})
		r.cut()
		_, err := s.Receive()
		require.Equal(t, codes.Unavailable, status.Code(err), "%v", err)
		require.NotErrorIs(t, err, session.ErrClosed)
		require.NotErrorIs(t, err, session.ErrProtocol)
	})
}

// A frame that death has cut in half is no frame of the plugin's.
func TestFaultDeathWithinAFrame(t *testing.T) {
	t.Parallel()
	const frame = 32 << 20 // more than the connection holds while nobody reads
	sending := make(chan struct{})
	r := serve(t, willing(func(s stream) error {
		close(sending)
		return s.Send(&pb.SessionResponse{Results: &pb.Results{Outputs: make([]byte, frame)}})
	}), grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(2*frame)))
	s := r.open(t, session.Config{})
	<-sending
	r.cut()
	_, err := s.Receive()
	require.Equal(t, codes.Unavailable, status.Code(err), "%v", err)
	require.NotErrorIs(t, err, session.ErrProtocol)
}

func TestReceiveRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		resp *pb.SessionResponse
		opts []grpc.DialOption
		text string
	}{
		"a second welcome": {resp: &pb.SessionResponse{Welcome: &pb.Welcome{}}, text: "a second welcome"},
		"a large frame": {
			resp: &pb.SessionResponse{Results: &pb.Results{Outputs: make([]byte, 4096)}},
			opts: []grpc.DialOption{grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(1024))},
			text: "larger than max (4102 vs. 1024)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, willing(func(s stream) error {
				if err := s.Send(c.resp); err != nil {
					return err
				}
				return untilEnd(s)
			}), c.opts...).open(t, session.Config{})
			_, err := s.Receive()
			require.ErrorIs(t, err, session.ErrProtocol)
			require.ErrorContains(t, err, c.text)
		})
	}
}

func TestSendRefusesALargeFrame(t *testing.T) {
	t.Parallel()
	s := serve(t, willing(echo), grpc.WithDefaultCallOptions(grpc.MaxCallSendMsgSize(1024))).open(t, session.Config{})
	var batch session.Batch
	batch.Add(1, 0, make([]byte, 4096), task.ContentJSON, 0, time.Time{}, 1)
	received := make(chan error, 1)
	go func() { _, err := s.Receive(); received <- err }()
	err := s.Send(&pb.SessionRequest{Tasks: batch.Tasks()})
	require.ErrorContains(t, err, "session: send: ")
	require.ErrorContains(t, err, "larger than max (")
	require.Equal(t, err, <-received)
	require.NotErrorIs(t, err, session.ErrProtocol, "the plugin is not to blame")
}
