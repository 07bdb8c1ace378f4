package session_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"

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

func TestOpenTellsThePlugin(t *testing.T) {
	t.Parallel()
	hellos := make(chan *pb.Hello, 1)
	s := serve(t, &plugin{session: func(s stream) error {
		hello, err := welcome(s, &pb.Welcome{Ledger: true})
		hellos <- hello
		if err != nil {
			return err
		}
		return untilEnd(s)
	}}).open(t, session.Config{Run: "nightly", Worker: 3, Ledger: "/run/l", Plugin: []byte(`{"a":1}`), MaxMessage: 1 << 20,
		Tasks: []string{"double", "halve"}, LogLevel: slog.LevelDebug})
	require.True(t, proto.Equal(&pb.Hello{Run: "nightly", Worker: 3, Ledger: "/run/l", Config: []byte(`{"a":1}`), MaxMessageBytes: 1 << 20,
		Tasks: []string{"double", "halve"}, LogLevel: -4}, <-hellos))
	require.True(t, s.KeepsLedger())
}

func TestKeepsLedger(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ asked, kept, want bool }{
		"kept":      {true, true, true},
		"not kept":  {true, false, false},
		"not asked": {false, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var config session.Config
			if c.asked {
				config.Ledger = "/run/l"
			}
			s := serve(t, &plugin{session: func(s stream) error {
				if _, err := welcome(s, &pb.Welcome{Ledger: c.kept}); err != nil {
					return err
				}
				return untilEnd(s)
			}}).open(t, config)
			require.Equal(t, c.want, s.KeepsLedger())
		})
	}
}

func TestOpenTellsWhySetUpFailed(t *testing.T) {
	t.Parallel()
	errLicence := errors.New("no licence")
	_, err := session.Open(within(t), serve(t, &plugin{session: func(s stream) error {
		f := failure.FromError(task.WithKind("licence", task.NotRetryable(errLicence)))
		f.Stack = "main.go:12"
		_, err := welcome(s, &pb.Welcome{SetupFailure: f})
		return err
	}}).conn, session.Config{})
	require.EqualError(t, err, "session: open: set-up of the plugin failed: no licence")
	require.ErrorIs(t, err, session.ErrSetup)
	require.ErrorIs(t, err, errLicence)
	require.NotErrorIs(t, err, session.ErrProtocol)
	var e *task.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "licence", e.Kind)
	require.Equal(t, "main.go:12", e.Stack)
	require.False(t, task.IsRetryable(err))
}

func TestOpenRefusesAWrongAnswer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		first *pb.SessionResponse
		text  string
	}{
		"empty":    {&pb.SessionResponse{}, "has no welcome"},
		"pong":     {&pb.SessionResponse{Pong: 1}, "has no welcome"},
		"results":  {&pb.SessionResponse{Welcome: &pb.Welcome{}, Results: &pb.Results{Seq: []uint64{1}}}, "what was not asked"},
		"returned": {&pb.SessionResponse{Welcome: &pb.Welcome{}, Returned: &pb.Returned{}}, "what was not asked"},
		"drained":  {&pb.SessionResponse{Welcome: &pb.Welcome{}, Drained: true}, "what was not asked"},
		"a pong":   {&pb.SessionResponse{Welcome: &pb.Welcome{}, Pong: 1}, "what was not asked"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := session.Open(within(t), serve(t, &plugin{session: func(s stream) error {
				if err := s.Send(c.first); err != nil {
					return err
				}
				return untilEnd(s)
			}}).conn, session.Config{})
			require.ErrorIs(t, err, session.ErrProtocol)
			require.ErrorContains(t, err, c.text)
		})
	}
}

// unreadable is a codec for which what the plugin sends is no protobuf.
type unreadable struct{}

func (unreadable) Name() string { return "proto" }

func (unreadable) Marshal(m any) ([]byte, error) { return proto.Marshal(m.(proto.Message)) }

func (unreadable) Unmarshal(_ []byte, m any) error {
	return proto.Unmarshal([]byte{0xff, 0xff}, m.(proto.Message))
}

func TestOpenRefusesBytesThatAreNoFrame(t *testing.T) {
	t.Parallel()
	r := serve(t, willing(untilEnd), grpc.WithDefaultCallOptions(grpc.ForceCodec(unreadable{})))
	_, err := session.Open(within(t), r.conn, session.Config{})
	require.ErrorIs(t, err, session.ErrProtocol)
}

func TestOpenFails(t *testing.T) {
	t.Parallel()
	open := func(t *testing.T, p *plugin) error {
		_, err := session.Open(within(t), serve(t, p).conn, session.Config{})
		require.ErrorContains(t, err, "session: open: ")
		require.NotErrorIs(t, err, session.ErrProtocol)
		require.NotErrorIs(t, err, session.ErrSetup)
		return err
	}
	t.Run("ended without a word", func(t *testing.T) {
		t.Parallel()
		err := open(t, &plugin{session: func(stream) error { return nil }})
		require.ErrorIs(t, err, session.ErrClosed)
		require.ErrorContains(t, err, "by the plugin before it was ready")
	})
	t.Run("refused", func(t *testing.T) {
		t.Parallel()
		err := open(t, &plugin{session: func(stream) error { return status.Error(codes.FailedPrecondition, "one session is enough") }})
		require.ErrorContains(t, err, "one session is enough")
	})
	t.Run("died", func(t *testing.T) {
		t.Parallel()
		var r *rig
		r = serve(t, &plugin{session: func(s stream) error { r.cut(); return untilEnd(s) }})
		_, err := session.Open(within(t), r.conn, session.Config{})
		require.Equal(t, codes.Unavailable, status.Code(err), "%v", err)
		require.NotErrorIs(t, err, session.ErrProtocol)
	})
	t.Run("dead before", func(t *testing.T) {
		t.Parallel()
		r := serve(t, willing(untilEnd))
		r.server.Stop()
		_, err := session.Open(within(t), r.conn, session.Config{})
		require.Equal(t, codes.Unavailable, status.Code(err), "%v", err)
	})
	t.Run("hello too large", func(t *testing.T) {
		t.Parallel()
		r := serve(t, willing(untilEnd), grpc.WithDefaultCallOptions(grpc.MaxCallSendMsgSize(1024)))
		_, err := session.Open(within(t), r.conn, session.Config{Plugin: make([]byte, 4096)})
		require.ErrorContains(t, err, "larger than max (")
		require.NotErrorIs(t, err, session.ErrProtocol, "the plugin is not to blame")
	})
	t.Run("hello with a text that protobuf has not", func(t *testing.T) {
		t.Parallel()
		_, err := session.Open(within(t), serve(t, willing(untilEnd)).conn, session.Config{Run: "\xff"})
		require.ErrorContains(t, err, "invalid UTF-8")
		require.NotErrorIs(t, err, session.ErrProtocol, "the plugin is not to blame")
	})
}

func TestOpenIsBoundByItsContext(t *testing.T) {
	t.Parallel()
	cause := errors.New("changed my mind")
	t.Run("during the set-up", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancelCause(within(t))
		ended := make(chan struct{})
		_, err := session.Open(ctx, serve(t, &plugin{session: func(s stream) error {
			defer close(ended)
			cancel(cause)
			return untilEnd(s)
		}}).conn, session.Config{})
		require.ErrorIs(t, err, cause)
		<-ended // the plugin is told
	})
	t.Run("from the beginning", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancelCause(within(t))
		cancel(cause)
		_, err := session.Open(ctx, serve(t, willing(untilEnd)).conn, session.Config{})
		require.ErrorIs(t, err, cause)
	})
	t.Run("a plugin that does not read", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancelCause(within(t))
		_, err := session.Open(ctx, serve(t, &plugin{session: func(s stream) error {
			cancel(cause)
			return untilEnd(s)
		}}).conn, session.Config{Plugin: make([]byte, 3<<20)})
		require.ErrorIs(t, err, cause)
	})
	t.Run("not after it", func(t *testing.T) {
		t.Parallel()
		r := serve(t, willing(func(s stream) error {
			req, err := s.Recv()
			if err != nil {
				return err
			}
			return s.Send(&pb.SessionResponse{Pong: req.GetPing()})
		}))
		ctx, cancel := context.WithCancelCause(within(t))
		s, err := session.Open(ctx, r.conn, session.Config{})
		require.NoError(t, err)
		defer s.Close()
		cancel(cause)
		require.NoError(t, s.Send(&pb.SessionRequest{Ping: 5}))
		resp, err := s.Receive()
		require.NoError(t, err)
		require.Equal(t, uint64(5), resp.GetPong())
	})
}
