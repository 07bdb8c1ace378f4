package sdk

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"

	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/signalbox-go/signalbox/framework/wire/failure"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// grpcPlugin is what go-plugin serves.
type grpcPlugin struct {
	goplugin.NetRPCUnsupportedPlugin
	server *server
}

// GRPCServer registers the plugin's one service.
func (g *grpcPlugin) GRPCServer(_ *goplugin.GRPCBroker, s *grpc.Server) error {
	pb.RegisterPluginServer(s, g.server)
	return nil
}

// GRPCClient is of no use in a plugin.
func (g *grpcPlugin) GRPCClient(context.Context, *goplugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, errors.New("sdk: this is the plugin's end")
}

// server is the plugin's end of the protocol.
type server struct {
	pb.UnimplementedPluginServer
	plugin *plugin
	log    *slog.LevelVar
	over   chan struct{} // closed when the session has ended
	opened atomic.Bool
}

// Describe implements the service.
func (s *server) Describe(context.Context, *pb.DescribeRequest) (*pb.DescribeResponse, error) {
	return s.plugin.describe(), nil
}

// Session implements the service.
func (s *server) Session(stream grpc.BidiStreamingServer[pb.SessionRequest, pb.SessionResponse]) error {
	if !s.opened.CompareAndSwap(false, true) {
		return status.Error(codes.FailedPrecondition, "a plugin process has one session, and it is open already")
	}
	if s.over != nil {
		defer close(s.over)
	}
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	hello := first.GetHello()
	if hello == nil {
		return status.Error(codes.InvalidArgument, "the first request has no hello")
	}
	if s.log != nil {
		s.log.Set(slog.Level(hello.GetLogLevel()))
	}
	if err := s.plugin.setUp(stream.Context(), hello.GetConfig()); err != nil {
		return stream.Send(&pb.SessionResponse{Welcome: &pb.Welcome{SetupFailure: failure.FromError(err)}})
	}
	w, unknown := newWorker(s.plugin, hello, stream)
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
