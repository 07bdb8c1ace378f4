package plugin_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"github.com/signalbox-go/signalbox/framework/task"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
	"github.com/signalbox-go/signalbox/sdk/internal/plugin"
)

// patience bounds what should take milliseconds, on a busy machine.
const patience = 20 * time.Second

var errEndless = errors.New("the session does not end")

// rig is a plugin's server and a host that says whatever a test wants.
type rig struct {
	t      testing.TB
	server *plugin.Server
	client pb.PluginClient
	stream grpc.BidiStreamingClient[pb.SessionRequest, pb.SessionResponse]
	cancel context.CancelFunc // of the session
	begun  chan int           // each task tells its input when it begins
	free   chan struct{}
}

// newRig serves two tasks: hold, which waits to be freed or stopped, and info.
func newRig(t testing.TB) *rig {
	r := &rig{t: t, begun: make(chan int, 100), free: make(chan struct{}, 100)}
	hold := task.New("hold", func(ctx context.Context, n int) (int, error) {
		r.begun <- n
		select {
		case <-r.free:
			return n, nil
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	})
	info := task.New("info", func(ctx context.Context, _ int) (task.Info, error) {
		i, _ := task.InfoFrom(ctx)
		return i, nil
	})
	level := &slog.LevelVar{}
	r.server = plugin.NewServer(context.Background(), plugin.New([]plugin.Part{hold, info}), level)
	listener := bufconn.Listen(64 << 10)
	server := plugin.NewGRPCServer(nil)
	pb.RegisterPluginServer(server, r.server)
	served := make(chan struct{})
	go func() { defer close(served); _ = server.Serve(listener) }()
	conn, err := grpc.NewClient("passthrough:///plugin", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	r.cancel = cancel
	t.Cleanup(func() {
		cancel()
		_ = conn.Close()
		server.Stop()
		<-served
	})
	r.client = pb.NewPluginClient(conn)
	r.stream, err = r.client.Session(ctx)
	require.NoError(t, err)
	return r
}

// open opens the session.
func (r *rig) open(hello *pb.Hello) *pb.Welcome {
	r.t.Helper()
	r.send(&pb.SessionRequest{Hello: hello})
	w := r.receive().GetWelcome()
	require.NotNil(r.t, w)
	return w
}

func (r *rig) send(req *pb.SessionRequest) {
	r.t.Helper()
	require.NoError(r.t, r.stream.Send(req))
}

func (r *rig) receive() *pb.SessionResponse {
	r.t.Helper()
	resp, err := r.stream.Recv()
	require.NoError(r.t, err)
	return resp
}

// end ends the session and returns how it ended on either side.
func (r *rig) end() (host, plugin error) {
	require.NoError(r.t, r.stream.CloseSend())
	for host == nil {
		_, host = r.stream.Recv()
	}
	return host, r.over()
}

func (r *rig) over() error {
	select {
	case err := <-r.server.Over():
		return err
	case <-time.After(patience):
		return errEndless
	}
}

// numbers are tasks that get their sequence numbers as inputs.
func numbers(index uint32, first uint64, n int) *pb.Tasks {
	t := &pb.Tasks{First: first, Task: []uint32{index}}
	for i := range n {
		t.Size = append(t.Size, 1)
		t.Inputs = append(t.Inputs, '0'+byte(first)+byte(i))
		t.Future = append(t.Future, 100+first+uint64(i))
	}
	return t
}
