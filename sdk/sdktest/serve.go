package sdktest

import (
	"context"
	"fmt"
	"net"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
	"github.com/signalbox-go/signalbox/sdk/internal/plugin"
)

type pluginConn = grpc.ClientConnInterface

// pipeBytes is how much the connection holds.
const pipeBytes = 256 << 10

// serve serves a plugin on a connection in memory. stop ends both.
func serve(s *plugin.Server) (conn *grpc.ClientConn, stop func(), err error) {
	listener := bufconn.Listen(pipeBytes)
	server := plugin.NewGRPCServer(nil)
	pb.RegisterPluginServer(server, s)
	conn, err = grpc.NewClient("passthrough:///plugin",
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(1<<31-1), grpc.MaxCallSendMsgSize(1<<31-1)))
	if err != nil {
		return nil, nil, fmt.Errorf("sdktest: connect: %w", err)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener) // ends with Stop
	}()
	return conn, func() {
		_ = conn.Close() // fails only if it is closed already
		server.Stop()
		<-served
	}, nil
}
