// Package session is the host's half of the one stream between a host and a
// plugin process, over any gRPC connection. It opens the stream, sends
// requests, and checks and decodes what comes back, so that nobody else reads
// frames.
package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/signalbox-go/signalbox/framework/wire/failure"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// Errors that callers branch on.
var (
	// ErrClosed is returned by Receive when the plugin has ended the stream.
	ErrClosed = errors.New("session closed")
	// ErrProtocol is returned when the plugin sent what no plugin may send.
	ErrProtocol = errors.New("protocol violation")
	// ErrSetup is returned by Open when the plugin's set-up failed. The error
	// wraps a *task.Error with what the plugin said.
	ErrSetup = errors.New("set-up of the plugin failed")
)

// Describe asks a plugin what it offers. It needs no session.
func Describe(ctx context.Context, conn grpc.ClientConnInterface) (*pb.DescribeResponse, error) {
	d, err := pb.NewPluginClient(conn).Describe(ctx, &pb.DescribeRequest{})
	if status.Code(err) == codes.Unimplemented {
		return nil, fmt.Errorf("session: the process serves no Signalbox plugin: it must be built with the sdk: %w", err)
	}
	if err != nil {
		return nil, fmt.Errorf("session: describe: %w", err)
	}
	return d, nil
}

// Config is what a plugin is told when its session opens.
type Config struct {
	Run        string     // name of the run
	Worker     int        // number of the worker within its pool
	Ledger     string     // the ledger's file, empty for none
	Plugin     []byte     // the plugin's own configuration, as JSON
	MaxMessage int        // largest message in bytes
	Tasks      []string   // names of the tasks, by the index used in frames
	LogLevel   slog.Level // lowest level to log
}

// Session is an open stream. Send may be called from one goroutine at a time,
// and Receive from another.
type Session struct {
	stream grpc.BidiStreamingClient[pb.SessionRequest, pb.SessionResponse]
	cancel context.CancelCauseFunc
	ledger bool
}

// Open opens the session and waits until the plugin is set up. ctx bounds the
// opening only.
func Open(ctx context.Context, conn grpc.ClientConnInterface, c Config) (*Session, error) {
	life, cancel := context.WithCancelCause(context.Background())
	release := context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
	s, err := open(life, conn, c)
	if !release() && err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		cancel(err)
		if cause := context.Cause(ctx); cause != nil {
			err = fmt.Errorf("%w: %w", err, cause)
		}
		return nil, fmt.Errorf("session: open: %w", err)
	}
	s.cancel = cancel
	return s, nil
}

func open(life context.Context, conn grpc.ClientConnInterface, c Config) (*Session, error) {
	stream, err := pb.NewPluginClient(conn).Session(life)
	if err != nil {
		return nil, err
	}
	hello := &pb.Hello{Run: c.Run, Worker: uint32(c.Worker), Ledger: c.Ledger, Config: c.Plugin,
		MaxMessageBytes: uint64(c.MaxMessage), Tasks: c.Tasks, LogLevel: int32(c.LogLevel)}
	// An error of Send is told better by RecvMsg.
	_ = stream.Send(&pb.SessionRequest{Hello: hello})
	first, err := stream.Recv()
	if err != nil {
		return nil, err
	}
	w := first.GetWelcome()
	if w == nil {
		return nil, fmt.Errorf("%w: the first response has no welcome", ErrProtocol)
	}
	if f := w.GetSetupFailure(); f != nil {
		return nil, fmt.Errorf("%w: %w", ErrSetup, failure.ToError(f))
	}
	return &Session{stream: stream, ledger: w.GetLedger() && c.Ledger != ""}, nil
}

// KeepsLedger reports whether the plugin keeps the ledger.
func (s *Session) KeepsLedger() bool { return s.ledger }

// Send sends one request. It blocks while the plugin does not read.
func (s *Session) Send(req *pb.SessionRequest) error { return s.stream.Send(req) }

// CloseSend tells the plugin that nothing more will come, which ends it.
func (s *Session) CloseSend() error { return s.stream.CloseSend() }

// Close ends the stream at once; Receive returns.
func (s *Session) Close() { s.cancel(ErrClosed) }

// Receive waits for the next response and checks it. It returns [ErrClosed] at
// the end of the stream and an error that matches [ErrProtocol] for a response
// that must not be.
func (s *Session) Receive() (*pb.SessionResponse, error) {
	resp, err := s.stream.Recv()
	if errors.Is(err, io.EOF) {
		return nil, ErrClosed
	}
	if err != nil {
		if status.Code(err) == codes.Internal || status.Code(err) == codes.ResourceExhausted {
			return nil, fmt.Errorf("session: %w: %w", ErrProtocol, err)
		}
		return nil, fmt.Errorf("session: %w", err)
	}
	if resp.GetWelcome() != nil {
		return nil, fmt.Errorf("session: %w: a second welcome", ErrProtocol)
	}
	return resp, nil
}
