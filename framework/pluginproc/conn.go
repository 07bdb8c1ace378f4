package pluginproc

import (
	"context"
	"slices"
	"strings"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/connectivity"

	"github.com/signalbox-go/signalbox/framework/wire"
)

// calls knows the calls that are open on a connection, so that it is closed
// when the last has ended and not before: what a dead process had said is still
// in the streams. go-plugin's own do not count.
type calls struct {
	mu    sync.Mutex
	open  int
	idle  chan struct{}      // closed when open falls to 0; nil when nobody waits
	conns []*grpc.ClientConn // all that go-plugin opened, also when it then failed
}

func (c *calls) dialOptions(maxMessage int) []grpc.DialOption {
	return []grpc.DialOption{
		grpc.WithIdleTimeout(0), // a quiet plugin is not a lost one
		grpc.WithStaticStreamWindowSize(wire.WindowBytes),
		grpc.WithStaticConnWindowSize(wire.WindowBytes),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessage), grpc.MaxCallSendMsgSize(maxMessage)),
		grpc.WithChainStreamInterceptor(func(ctx context.Context, d *grpc.StreamDesc, cc *grpc.ClientConn, method string, next grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
			return next(ctx, d, cc, method, c.track(cc, method, opts)...)
		}),
		grpc.WithChainUnaryInterceptor(func(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, next grpc.UnaryInvoker, opts ...grpc.CallOption) error {
			return next(ctx, method, req, reply, cc, c.track(cc, method, opts)...)
		}),
	}
}

// track notes the connection and the call; gRPC tells once when it has ended,
// also when it could not even begin.
func (c *calls) track(cc *grpc.ClientConn, method string, opts []grpc.CallOption) []grpc.CallOption {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !slices.Contains(c.conns, cc) {
		c.conns = append(c.conns, cc)
	}
	if strings.HasPrefix(method, "/plugin.") {
		return opts
	}
	c.open++
	return append(slices.Clip(opts), grpc.OnFinish(func(error) { c.ended() }))
}

func (c *calls) ended() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open--; c.open == 0 && c.idle != nil {
		close(c.idle)
		c.idle = nil
	}
}

// whenIdle returns a channel that is closed once no call is open.
func (c *calls) whenIdle() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open == 0 {
		done := make(chan struct{})
		close(done)
		return done
	}
	if c.idle == nil {
		c.idle = make(chan struct{})
	}
	return c.idle
}

func (c *calls) anyOpen() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.open > 0
}

// closeAll also closes what go-plugin forgets when its Client method fails.
func (c *calls) closeAll() {
	c.mu.Lock()
	conns := c.conns
	c.conns = nil
	c.mu.Unlock()
	for _, cc := range conns {
		_ = cc.Close() // fails only if go-plugin closed it already
	}
}

// connected waits until the connection is up; false when the plugin refuses it
// or ctx is done.
func connected(ctx context.Context, conn *grpc.ClientConn) bool {
	for {
		switch state := conn.GetState(); state {
		case connectivity.Ready:
			return true
		case connectivity.TransientFailure, connectivity.Shutdown:
			return false
		default:
			conn.Connect()
			if !conn.WaitForStateChange(ctx, state) {
				return false
			}
		}
	}
}
