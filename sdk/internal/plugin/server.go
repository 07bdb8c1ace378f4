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

	"github.com/signalbox-go/signalbox/framework/wire/failure"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// NewGRPCServer returns the gRPC server that a plugin is served on.
func NewGRPCServer(opts []grpc.ServerOption) *grpc.Server {
	return grpc.NewServer(append(opts,
		// The host's limit holds, which it tells in Hello.
		grpc.MaxRecvMsgSize(math.MaxInt32),
		grpc.MaxSendMsgSize(math.MaxInt32),
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
	defer func() { s.over <- err }()
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	hello := first.GetHello()
	if hello == nil {
		return status.Error(codes.InvalidArgument, "the first request has no hello")
	}
	s.level.Set(slog.Level(hello.GetLogLevel()))
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
