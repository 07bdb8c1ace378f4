package plugin

import (
	"context"
	"log/slog"
	"math"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"

	"github.com/signalbox-go/signalbox/framework/wire"
	"github.com/signalbox-go/signalbox/framework/wire/failure"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// NewGRPCServer returns the gRPC server that a plugin is served on.
func NewGRPCServer(opts []grpc.ServerOption) *grpc.Server {
	return grpc.NewServer(append(opts,
		// The host's limit holds, which it tells in Hello.
		grpc.MaxRecvMsgSize(math.MaxInt32),
		grpc.MaxSendMsgSize(math.MaxInt32),
		grpc.StaticStreamWindowSize(wire.WindowBytes),
		grpc.StaticConnWindowSize(wire.WindowBytes),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 10 * time.Second, PermitWithoutStream: true}),
	)...)
}

// Server serves the one session of a plugin process.
type Server struct {
	pb.UnimplementedPluginServer
	base   context.Context
	plugin *Plugin
	level  *slog.LevelVar
	over   chan error
	opened atomic.Bool
}

// NewServer returns a server of p. base is what the contexts of its code
// descend from; the host sets level, the lowest at which the plugin logs.
func NewServer(base context.Context, p *Plugin, level *slog.LevelVar) *Server {
	return &Server{base: base, plugin: p, level: level, over: make(chan error, 1)}
}

// Over receives how the session ended, once: nil if the host has ended it.
func (s *Server) Over() <-chan error { return s.over }

// Describe implements the service.
func (s *Server) Describe(context.Context, *pb.DescribeRequest) (*pb.DescribeResponse, error) {
	return s.plugin.Describe(), nil
}

// Session implements the service.
func (s *Server) Session(stream grpc.BidiStreamingServer[pb.SessionRequest, pb.SessionResponse]) (err error) {
	if !s.opened.CompareAndSwap(false, true) {
		return status.Error(codes.FailedPrecondition, "a plugin process has one session, and it is open already")
	}
	defer func() {
		select {
		case s.over <- err:
		default: // it has said so itself
		}
	}()
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	hello := first.GetHello()
	if hello == nil {
		return status.Error(codes.InvalidArgument, "the first request has no hello")
	}
	s.level.Set(slog.Level(hello.GetLogLevel()))
	if a := hello.GetAttach(); a != nil {
		return s.attach(stream, hello, a)
	}
	if err := s.setUp(stream.Context(), hello.GetConfig()); err != nil {
		return refuse(stream, err)
	}
	w, unknown := newWorker(s.base, s.plugin, hello, stream)
	welcome := &pb.Welcome{UnknownTasks: unknown}
	if hello.GetLedger() != "" {
		if w.ledger, err = openLedger(hello.GetLedger()); err != nil {
			slog.Warn("no ledger: one task at a time is held", "error", err)
		}
		welcome.Ledger = w.ledger != nil
	}
	if err := stream.Send(&pb.SessionResponse{Welcome: welcome}); err != nil {
		return err
	}
	return w.serve()
}

// attach serves the session of an event plugin.
func (s *Server) attach(stream grpc.BidiStreamingServer[pb.SessionRequest, pb.SessionResponse], hello *pb.Hello, a *pb.Attach) error {
	out := newOutbox(int(hello.GetMaxMessageBytes()))
	sent := make(chan error, 1)
	l := newLink(s.base, out, a)
	err := s.setUpEvents(stream.Context(), l, hello.GetConfig())
	if err != nil {
		return refuse(stream, err)
	}
	l.mu.Lock()
	l.told = true
	l.mu.Unlock()
	l.leave = func() {
		select {
		case s.over <- nil:
		default: // it ends anyway
		}
	}
	if known := l.mirror.ResumeAfter(); known > 0 {
		l.seq, l.acked = known, known
	}
	welcome := &pb.Welcome{Subscriptions: l.mirror.Subscriptions(), ResumeAfter: l.mirror.ResumeAfter(), LingerNs: l.mirror.Linger()}
	if err := stream.Send(&pb.SessionResponse{Welcome: welcome}); err != nil {
		return err
	}
	go func() { sent <- out.sendAll(stream) }()
	err = l.serve(stream)
	out.close()
	select {
	case <-sent:
	case <-time.After(shutdownGrace):
	}
	return err
}

func (s *Server) setUpEvents(session context.Context, l *Link, config []byte) error {
	p := s.plugin.findEvents(l.attach.GetName())
	if p == nil {
		return errNoSuchPlugin(l.attach.GetName())
	}
	// What the set-up starts may go on as long as the session.
	ctx, cancel := context.WithCancelCause(s.base)
	context.AfterFunc(session, func() { cancel(errHostGone) })
	return l.setUpMirror(ctx, p, config)
}

// setUp sets the plugin up, with a context that ends with the session.
func (s *Server) setUp(session context.Context, config []byte) error {
	ctx, cancel := context.WithCancelCause(s.base)
	defer cancel(nil)
	defer context.AfterFunc(session, func() { cancel(errHostGone) })()
	return s.plugin.setUp(ctx, config)
}

// refuse tells the host that the set-up failed and waits until it has heard:
// the process ends with the session, and what was not yet sent with it.
func refuse(stream grpc.BidiStreamingServer[pb.SessionRequest, pb.SessionResponse], why error) error {
	if err := stream.Send(&pb.SessionResponse{Welcome: &pb.Welcome{SetupFailure: failure.FromError(why)}}); err != nil {
		return err
	}
	t := time.NewTimer(shutdownGrace)
	defer t.Stop()
	select {
	case <-stream.Context().Done():
	case <-t.C:
	}
	return nil
}
