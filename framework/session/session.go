package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/signalbox-go/signalbox/framework/wire/failure"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// Errors that callers branch on.
var (
	// ErrClosed is returned by Receive when the stream has ended: the plugin has
	// ended it, or Close was called.
	ErrClosed = errors.New("session closed")
	// ErrProtocol is returned when the plugin sent what no plugin may send.
	ErrProtocol = errors.New("protocol violation")
	// ErrSetup is returned by Open when the plugin's set-up failed. The error
	// wraps a *task.Error with what the plugin said.
	ErrSetup = errors.New("set-up of the plugin failed")
)

// Config is what a plugin is told when its session opens.
type Config struct {
	Run        string     // name of the run
	Worker     int        // number of the worker within its pool
	Ledger     string     // the ledger's file, empty for none
	Plugin     []byte     // the plugin's own configuration, as JSON
	MaxMessage int        // largest message in bytes
	Tasks      []string   // names of the tasks, by the index used in frames
	LogLevel   slog.Level // lowest level to log
	Attach     *pb.Attach // of an event plugin; nil for a worker
}

// Session is an open stream. Send may be called from one goroutine at a time,
// and Receive from another.
type Session struct {
	stream grpc.BidiStreamingClient[pb.SessionRequest, pb.SessionResponse]
	cancel context.CancelCauseFunc
	ledger bool

	welcome *pb.Welcome

	sending sync.Mutex // held by Send, so that Receive can wait for its error
	unsent  error      // of Send, which ended the stream
}

// Open opens the session and waits until the plugin is set up. ctx bounds the
// opening only. The error matches [ErrSetup] if the plugin's set-up failed,
// [ErrProtocol] if it answered what it may not, and [ErrClosed] if it ended the
// session at once; it wraps the cause of ctx if that has ended.
func Open(ctx context.Context, conn grpc.ClientConnInterface, c Config) (*Session, error) {
	life, cancel := context.WithCancelCause(context.Background())
	release := context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
	s, err := open(life, conn, c)
	if !release() && err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		cancel(err)
		return nil, fmt.Errorf("session: open: %w", err)
	}
	s.cancel = cancel
	return s, nil
}

func open(life context.Context, conn grpc.ClientConnInterface, c Config) (*Session, error) {
	stream, err := pb.NewPluginClient(conn).Session(life)
	if err != nil {
		return nil, explain(life, err)
	}
	hello := &pb.Hello{Run: c.Run, Worker: uint32(c.Worker), Ledger: c.Ledger, Config: c.Plugin,
		MaxMessageBytes: uint64(c.MaxMessage), Tasks: c.Tasks, LogLevel: int32(c.LogLevel), Attach: c.Attach}
	if err := stream.Send(&pb.SessionRequest{Hello: hello}); err != nil && !errors.Is(err, io.EOF) {
		return nil, explain(life, err)
	}
	// That the stream has ended, which is all that Send says, is explained here.
	first, err := stream.Recv()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w by the plugin before it was ready", ErrClosed)
	}
	if err != nil {
		return nil, broken(explain(life, err))
	}
	w := first.GetWelcome()
	if w == nil {
		return nil, fmt.Errorf("%w: the first response has no welcome", ErrProtocol)
	}
	if f := w.GetSetupFailure(); f != nil {
		return nil, fmt.Errorf("%w: %w", ErrSetup, failure.ToError(f))
	}
	if first.GetResults() != nil || first.GetReturned() != nil || first.GetDrained() || first.GetPong() != 0 ||
		first.GetAck() != nil || len(first.GetCalls()) > 0 || first.GetSubscriptions() != nil || first.GetFinished() ||
		first.GetMessages() != nil {
		return nil, fmt.Errorf("%w: the first response answers what was not asked", ErrProtocol)
	}
	if c.Attach != nil && w.GetSubscriptions() == nil {
		return nil, fmt.Errorf("%w: an event plugin told no subscriptions", ErrProtocol)
	}
	return &Session{stream: stream, ledger: w.GetLedger() && c.Ledger != "", welcome: w}, nil
}

// KeepsLedger reports whether the plugin keeps the ledger.
func (s *Session) KeepsLedger() bool { return s.ledger }

// Welcome returns what the plugin answered when the session was opened. It must
// not be changed.
func (s *Session) Welcome() *pb.Welcome { return s.welcome }

// Send sends one request. It blocks while the plugin does not read. It returns
// io.EOF when the stream has ended, which Receive explains. Any other error,
// such as that of a request larger than the connection takes, ends the stream,
// and Receive returns it too.
func (s *Session) Send(req *pb.SessionRequest) error {
	s.sending.Lock()
	defer s.sending.Unlock()
	err := s.stream.Send(req)
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	s.unsent = fmt.Errorf("session: send: %w", err)
	return s.unsent
}

// CloseSend tells the plugin that nothing more will come, which ends it. It
// counts as a Send.
func (s *Session) CloseSend() error { return s.stream.CloseSend() }

// Close ends the stream at once; Receive returns. It may be called at any time
// and more than once.
func (s *Session) Close() { s.cancel(ErrClosed) }

// Receive waits for the next response and checks it. It returns an error that
// matches [ErrClosed] at the end of the stream, and one that matches
// [ErrProtocol] for a response that must not be, of which a larger one than the
// connection takes is one.
func (s *Session) Receive() (*pb.SessionResponse, error) {
	resp, err := s.stream.Recv()
	if errors.Is(err, io.EOF) {
		return nil, ErrClosed
	}
	if err != nil {
		return nil, s.explain(err)
	}
	if resp.GetWelcome() != nil {
		return nil, fmt.Errorf("session: %w: a second welcome", ErrProtocol)
	}
	return resp, nil
}

// explain says why Receive failed. An error of Send comes out of Receive too,
// where it would look like one of the plugin's.
func (s *Session) explain(err error) error {
	if errors.Is(context.Cause(s.stream.Context()), ErrClosed) {
		return fmt.Errorf("session: %w by the host: %w", ErrClosed, err)
	}
	s.sending.Lock() // the stream has ended, so that no Send waits
	defer s.sending.Unlock()
	if s.unsent != nil {
		return s.unsent
	}
	return fmt.Errorf("session: %w", broken(err))
}

// broken makes the errors with which gRPC refuses what it cannot read, or what
// is too large, match [ErrProtocol].
func broken(err error) error {
	if c := status.Code(err); c == codes.Internal || c == codes.ResourceExhausted {
		return fmt.Errorf("%w: %w", ErrProtocol, err)
	}
	return err
}
