package sdk

import (
	"context"
	"fmt"
	"math"
	"os"
	"time"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"

	"github.com/signalbox-go/signalbox/framework/pluginproc/handshake"
	"github.com/signalbox-go/signalbox/framework/task"
)

// Serve makes this process a plugin. It is the last call in main and does not
// return: the process ends when its host has no more use for it.
//
// Started by hand, it says what it is and how to use it and ends with exit
// code 2; with the argument "describe" it prints its tasks, with input and
// output types, as JSON. It panics at misuse: no task, two of one name.
func Serve(parts ...Part) {
	p := newPlugin(parts)
	if startedByHost() {
		p.serve()
	}
	if len(os.Args) > 1 && os.Args[1] == "describe" {
		if err := p.printDescription(os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	fmt.Fprint(os.Stderr, p.usage())
	os.Exit(2)
}

// ServeIfPlugin makes a program its own worker: in a worker process it serves
// and does not return, in the host it takes note of the tasks and returns. It
// must be called first thing in main (or TestMain), before flags are parsed
// and before anything is started, since all that comes before it also happens
// in every worker.
func ServeIfPlugin(parts ...Part) {
	p := newPlugin(parts)
	if startedByHost() {
		p.serve()
	}
	task.Offer(p.codes...)
}

func startedByHost() bool { return os.Getenv(handshake.CookieKey) == handshake.CookieValue }

// shutdownGrace is how long a task may still run after the host has ended the
// session.
const shutdownGrace = time.Second

// serve serves until the host has no more use for the process, and ends it.
func (p *plugin) serve() {
	task.EnterWorker()
	// Programs that a task starts are no workers.
	_ = os.Unsetenv(handshake.CookieKey)
	watchHost()
	ignoreSignals()
	out, err := takeStdout()
	if err != nil {
		fmt.Fprintf(os.Stderr, "sdk: cannot take stdout for the handshake: %v\n", err)
		os.Exit(1)
	}
	log := startLogging(os.Stderr)

	over := make(chan struct{})
	srv := &server{plugin: p, log: log, over: over}
	addr := make(chan *goplugin.ReattachConfig, 1)
	closed := make(chan struct{})
	// The test mode is go-plugin's one way to serve without taking over stdout,
	// stderr and signals, whose handling the host's runner and this package
	// already do better.
	go goplugin.Serve(&goplugin.ServeConfig{
		HandshakeConfig: goplugin.HandshakeConfig{MagicCookieKey: handshake.CookieKey, MagicCookieValue: handshake.CookieValue},
		VersionedPlugins: map[int]goplugin.PluginSet{
			handshake.Version: {handshake.PluginName: &grpcPlugin{server: srv}},
		},
		Logger:     hclog.New(&hclog.LoggerOptions{Level: hclog.Warn, Output: os.Stderr}),
		GRPCServer: newGRPCServer,
		Test:       &goplugin.ServeTestConfig{Context: context.Background(), ReattachConfigCh: addr, CloseCh: closed},
	})
	select {
	case a := <-addr:
		// A line of its own, whatever was printed before.
		fmt.Fprintf(out, "\n%d|%d|%s|%s|%s|\n", goplugin.CoreProtocolVersion, a.ProtocolVersion, a.Addr.Network(), a.Addr.String(), goplugin.ProtocolGRPC)
		_ = out.Close()
	case <-closed:
		fmt.Fprintln(os.Stderr, "sdk: the plugin could not be served")
		os.Exit(1)
	}
	select {
	case <-over:
	case <-closed:
	}
	os.Exit(0)
}

func newGRPCServer(opts []grpc.ServerOption) *grpc.Server {
	return grpc.NewServer(append(opts,
		// The host's limit holds, which it tells in Hello.
		grpc.MaxRecvMsgSize(math.MaxInt32),
		grpc.MaxSendMsgSize(math.MaxInt32),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 10 * time.Second, PermitWithoutStream: true}),
	)...)
}
