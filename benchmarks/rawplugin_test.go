package benchmarks_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// The peer: go-plugin called by hand. One plugin process with one unary method,
// as its documentation shows it.

const rawCookie = "BENCHMARK_RAW_PLUGIN"

var rawHandshake = goplugin.HandshakeConfig{ProtocolVersion: 1, MagicCookieKey: rawCookie, MagicCookieValue: "1"}

type rawPlugin struct {
	goplugin.NetRPCUnsupportedPlugin
}

func (rawPlugin) GRPCServer(_ *goplugin.GRPCBroker, s *grpc.Server) error {
	s.RegisterService(&grpc.ServiceDesc{
		ServiceName: "benchmark.Raw",
		HandlerType: (*any)(nil),
		Methods: []grpc.MethodDesc{{
			MethodName: "Next",
			Handler: func(_ any, _ context.Context, dec func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
				in := &wrapperspb.Int64Value{}
				if err := dec(in); err != nil {
					return nil, err
				}
				return wrapperspb.Int64(in.Value + 1), nil
			},
		}},
	}, nil)
	return nil
}

func (rawPlugin) GRPCClient(_ context.Context, _ *goplugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return conn, nil
}

func serveRawPlugin() {
	goplugin.Serve(&goplugin.ServeConfig{
		HandshakeConfig: rawHandshake,
		Plugins:         goplugin.PluginSet{"raw": rawPlugin{}},
		GRPCServer:      goplugin.DefaultGRPCServer,
	})
}

// rawPool is what somebody writes who calls go-plugin by hand: processes, and
// a semaphore of calls in flight.
type rawPool struct {
	clients []*goplugin.Client
	conns   []*grpc.ClientConn
}

func startRawPool(b *testing.B, processes int) *rawPool {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	p := &rawPool{}
	b.Cleanup(p.stop)
	for range processes {
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), rawCookie+"=1")
		c := goplugin.NewClient(&goplugin.ClientConfig{
			HandshakeConfig: rawHandshake, Plugins: goplugin.PluginSet{"raw": rawPlugin{}}, Cmd: cmd,
			AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC}, Logger: hclog.NewNullLogger(),
		})
		p.clients = append(p.clients, c)
		rpc, err := c.Client()
		if err != nil {
			b.Fatal(err)
		}
		conn, err := rpc.Dispense("raw")
		if err != nil {
			b.Fatal(err)
		}
		p.conns = append(p.conns, conn.(*grpc.ClientConn))
	}
	return p
}

func (p *rawPool) stop() {
	for _, c := range p.clients {
		c.Kill()
	}
}

// run makes n calls with that many in flight, and checks the total.
func (p *rawPool) run(n, inFlight int) error {
	var wg sync.WaitGroup
	var next, sum atomic.Int64
	var failed atomic.Pointer[error]
	for worker := range inFlight {
		conn := p.conns[worker%len(p.conns)]
		wg.Go(func() {
			for {
				i := next.Add(1)
				if i > int64(n) {
					return
				}
				out := &wrapperspb.Int64Value{}
				if err := conn.Invoke(context.Background(), "/benchmark.Raw/Next", wrapperspb.Int64(i), out); err != nil {
					failed.Store(&err)
					return
				}
				sum.Add(out.Value)
			}
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		return *err
	}
	if want := int64(n)*int64(n+1)/2 + int64(n); sum.Load() != want {
		return fmt.Errorf("the results add up to %d, not %d", sum.Load(), want)
	}
	return nil
}
