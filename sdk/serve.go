package sdk

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/signalbox-go/signalbox/framework/pluginproc/handshake"
	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/sdk/internal/plugin"
)

// Serve makes this process a plugin. It is the last call in main and does not
// return: the process ends when its host has no more use for it.
//
// Started by hand, it says what it is and how to use it and ends with exit
// code 2; with the argument "describe" it prints its tasks, with input and
// output types, and event plugins, with their configuration, as JSON. It panics
// at misuse: nothing to serve, two of one name.
func Serve(parts ...Part) {
	p := plugin.New(parts)
	if len(p.Codes()) == 0 && len(p.EventPlugins()) == 0 {
		panic("sdk: a plugin needs at least one task: sdk.Serve(sdk.TaskFunc(…)); or an event plugin: sdk.Serve(sdk.EventPlugin(…))")
	}
	if startedByHost() {
		serve(p)
	}
	if len(os.Args) > 1 && os.Args[1] == "describe" {
		if err := printDescription(os.Stdout, p); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	fmt.Fprint(os.Stderr, usage(p))
	os.Exit(2)
}

// ServeIfPlugin makes a program its own worker: in a worker process it serves
// and does not return, in the host it takes note of the tasks and returns. It
// must be called first thing in main (or TestMain), before flags are parsed
// and before anything is started, since all that comes before it also happens
// in every worker. Event plugins that are passed to it can be attached by
// eventplugin.Self. A program that only reacts to events may have no tasks.
func ServeIfPlugin(parts ...Part) {
	p := plugin.New(parts)
	if startedByHost() {
		serve(p)
	}
	task.Offer(p.Codes()...)
	task.OfferPlugins(offers(p)...)
}

func startedByHost() bool { return os.Getenv(handshake.CookieKey) == handshake.CookieValue }

// lastWords is how long it may take until the host has been told that it broke
// the protocol.
const lastWords = 100 * time.Millisecond

// serve serves until the host has no more use for the process, and ends it.
func serve(p *plugin.Plugin) {
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
	level := &slog.LevelVar{} // the host's to set
	slog.SetDefault(slog.New(plugin.NewLogHandler(os.Stderr, level)))

	srv := plugin.NewServer(context.Background(), p, level)
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
		GRPCServer: plugin.NewGRPCServer,
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
	case err := <-srv.Over():
		if status.Code(err) == codes.InvalidArgument { // not that the host is gone
			fmt.Fprintf(os.Stderr, "sdk: the session with the host ended: %v\n", err)
			<-time.After(lastWords)
		}
	case <-closed:
	}
	os.Exit(0)
}
