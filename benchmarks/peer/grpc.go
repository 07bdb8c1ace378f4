package peer

import (
	"context"
	"sync/atomic"
	"time"

	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/signalbox-go/signalbox/benchmarks/peer/peerpb"
)

// GRPC is a pool of go-plugin processes over gRPC, as written by hand.
type GRPC struct {
	clients []*goplugin.Client
	peers   []peerpb.PeerClient
}

// StartGRPC starts that many processes.
func StartGRPC(processes int) (*GRPC, error) {
	clients, offered, err := startSelf("grpc", processes, grpcPlugin{}, goplugin.ProtocolGRPC)
	g := &GRPC{clients: clients}
	for _, one := range offered {
		g.peers = append(g.peers, one.(peerpb.PeerClient))
	}
	return g, err
}

// Stop ends the processes.
func (g *GRPC) Stop() { kill(g.clients) }

// Next calls n times with that many calls in flight.
func (g *GRPC) Next(n, calls int) (time.Duration, error) {
	var sum atomic.Int64
	took, err := inFlight(n, calls, func(caller, number int) error {
		out, err := g.peers[caller%len(g.peers)].Next(context.Background(), &peerpb.Number{Value: int64(number)})
		sum.Add(out.GetValue())
		return err
	})
	if err == nil {
		err = checkTotal(int(sum.Load()), sumOfNext(n))
	}
	return took, err
}

// Trips calls n times, one at a time, and returns how long each call took.
func (g *GRPC) Trips(n int) ([]time.Duration, error) {
	trips := make([]time.Duration, n)
	for i := range trips {
		began := time.Now()
		out, err := g.peers[0].Next(context.Background(), &peerpb.Number{Value: int64(i)})
		if err == nil {
			err = checkTotal(int(out.GetValue()), i+1)
		}
		if err != nil {
			return nil, err
		}
		trips[i] = time.Since(began)
	}
	return trips, nil
}

// Negate sends a record n times with that many calls in flight, and adds up the
// first value of what comes back.
func (g *GRPC) Negate(n, calls int, name string, values []float64) (time.Duration, error) {
	var count atomic.Int64
	took, err := inFlight(n, calls, func(caller, _ int) error {
		out, err := g.peers[caller%len(g.peers)].Negate(context.Background(), &peerpb.Record{Name: name, Values: values})
		if err == nil && out.GetName() == name && len(out.GetValues()) == len(values) && out.GetValues()[0] == -values[0] {
			count.Add(1)
		}
		return err
	})
	if err == nil {
		err = checkTotal(int(count.Load()), n)
	}
	return took, err
}

type grpcPlugin struct {
	goplugin.NetRPCUnsupportedPlugin
}

func (grpcPlugin) GRPCServer(_ *goplugin.GRPCBroker, s *grpc.Server) error {
	peerpb.RegisterPeerServer(s, grpcServer{})
	return nil
}

func (grpcPlugin) GRPCClient(_ context.Context, _ *goplugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return peerpb.NewPeerClient(conn), nil
}

func serveGRPC() {
	goplugin.Serve(&goplugin.ServeConfig{
		HandshakeConfig: cookie, Plugins: goplugin.PluginSet{pluginName: grpcPlugin{}}, GRPCServer: goplugin.DefaultGRPCServer,
	})
}

type grpcServer struct {
	peerpb.UnimplementedPeerServer
}

func (grpcServer) Next(_ context.Context, in *peerpb.Number) (*peerpb.Number, error) {
	return &peerpb.Number{Value: in.GetValue() + 1}, nil
}

func (grpcServer) Negate(_ context.Context, in *peerpb.Record) (*peerpb.Record, error) {
	values := make([]float64, len(in.GetValues()))
	for i, v := range in.GetValues() {
		values[i] = -v
	}
	return &peerpb.Record{Name: in.GetName(), Values: values}, nil
}

func (grpcServer) Echo(stream grpc.BidiStreamingServer[peerpb.Frame, peerpb.Frame]) error {
	for {
		frame, err := stream.Recv()
		if err != nil {
			return nil // the host has no more
		}
		if err := stream.Send(frame); err != nil {
			return err
		}
	}
}
