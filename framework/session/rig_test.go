package session_test

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"github.com/signalbox-go/signalbox/framework/session"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// patience bounds what should take milliseconds, on a busy machine.
const patience = 20 * time.Second

type stream = grpc.BidiStreamingServer[pb.SessionRequest, pb.SessionResponse]

// plugin plays the plugin's side over real gRPC.
type plugin struct {
	pb.UnimplementedPluginServer
	describe func(context.Context) (*pb.DescribeResponse, error)
	session  func(stream) error
}

func (p *plugin) Describe(ctx context.Context, _ *pb.DescribeRequest) (*pb.DescribeResponse, error) {
	return p.describe(ctx)
}

func (p *plugin) Session(s stream) error { return p.session(s) }

// rig is a served plugin and the connection to it.
type rig struct {
	conn   *grpc.ClientConn
	server *grpc.Server
	mu     sync.Mutex
	ends   []net.Conn // the plugin's
}

// serve serves p until the end of the test. A nil p is a server without the
// service.
func serve(t testing.TB, p *plugin, opts ...grpc.DialOption) *rig {
	t.Helper()
	listener := bufconn.Listen(64 << 10)
	r := &rig{server: grpc.NewServer(grpc.MaxRecvMsgSize(64 << 20))}
	if p != nil {
		pb.RegisterPluginServer(r.server, p)
	}
	var err error
	r.conn, err = grpc.NewClient("passthrough:///plugin", append([]grpc.DialOption{
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
	}, opts...)...)
	require.NoError(t, err)
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = r.server.Serve(keeping{listener, r}) // ends with Stop
	}()
	t.Cleanup(func() {
		require.NoError(t, r.conn.Close())
		r.server.Stop()
		<-served
	})
	return r
}

// keeping keeps the connections that it accepts.
type keeping struct {
	net.Listener
	r *rig
}

func (k keeping) Accept() (net.Conn, error) {
	c, err := k.Listener.Accept()
	if err == nil {
		k.r.mu.Lock()
		k.r.ends = append(k.r.ends, c)
		k.r.mu.Unlock()
	}
	return c, err
}

// cut breaks the connection as the death of a process does.
func (r *rig) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.ends {
		_ = c.Close() // it may have been closed by the other side
	}
}

// within returns a context that fails what hangs.
func within(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// welcome answers the first request, which it returns.
func welcome(s stream, w *pb.Welcome) (*pb.Hello, error) {
	req, err := s.Recv()
	if err != nil {
		return nil, err
	}
	return req.GetHello(), s.Send(&pb.SessionResponse{Welcome: w})
}

// willing returns a plugin that opens a session and goes on with then.
func willing(then func(stream) error) *plugin {
	return &plugin{session: func(s stream) error {
		if _, err := welcome(s, &pb.Welcome{}); err != nil {
			return err
		}
		return then(s)
	}}
}

// untilEnd waits until the host has ended the session.
func untilEnd(s stream) error {
	<-s.Context().Done()
	return nil
}

// open opens a session that is closed with the test.
func (r *rig) open(t testing.TB, c session.Config) *session.Session {
	t.Helper()
	s, err := session.Open(within(t), r.conn, c)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}
