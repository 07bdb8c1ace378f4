package pluginproc

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/signalbox-go/signalbox/framework/pluginproc/handshake"
)

// Start launches the process and returns when its connection is up. ctx bounds
// the start and only the start. On every error, a [*StartError], the process
// group is gone and reaped and nothing is left of it.
func Start(ctx context.Context, config Config) (*Process, error) {
	c, err := config.withDefaults()
	if err == nil {
		err = verify(c.Path)
	}
	if err != nil {
		return nil, &StartError{Name: c.Name, Path: c.Path, Err: err}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, c.StartTimeout, ErrStartTimeout)
	defer cancel()

	p := newProcess(ctx, c)
	err = p.start(ctx)
	if err == nil {
		err = p.launcher.child.renice(c) // again: a thread may have been in the making
	}
	if err != nil {
		err = p.explain(err, c)
		if p.launcher.child != nil {
			p.launcher.child.kill()
		}
		p.clean()
		return nil, &StartError{Name: c.Name, Path: c.Path, Err: err}
	}
	go p.release()
	if c.OnExit != nil {
		go func() { <-p.Exited(); c.OnExit(p.Exit()) }()
	}
	return p, nil
}

func newProcess(ctx context.Context, c Config) *Process {
	p := &Process{
		launcher: &launcher{ctx: ctx, config: c},
		closing:  make(chan struct{}),
		released: make(chan struct{}),
	}
	p.stdout = &syncedOutput{process: p, stream: streamStdout}
	p.stderr = &syncedOutput{process: p, stream: streamStderr}
	p.client = goplugin.NewClient(&goplugin.ClientConfig{
		HandshakeConfig:  goplugin.HandshakeConfig{MagicCookieKey: handshake.CookieKey, MagicCookieValue: handshake.CookieValue},
		VersionedPlugins: pluginSets(),
		AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC},
		RunnerFunc:       p.launcher.prepare,
		SkipHostEnv:      true, // the environment is made here
		UnixSocketConfig: &goplugin.UnixSocketConfig{TempDir: c.RuntimeDir},
		StartTimeout:     c.StartTimeout + time.Minute, // ours comes first, and can be cancelled
		SyncStdout:       p.stdout,
		SyncStderr:       p.stderr,
		Logger:           hclog.NewNullLogger(), // all it could say is said here, with types
		// The pipes that it reads are read here, and it gets empty ones.
		PluginLogBufferSize: 16,
		GRPCDialOptions:     p.calls.dialOptions(c.MaxMessageBytes),
	})
	return p
}

// start runs go-plugin's part. None of it can be cancelled, but all of it ends
// when the process does, so that is what the end of ctx brings about.
func (p *Process) start(ctx context.Context) error {
	if _, err := p.client.Start(); err != nil {
		return err
	}
	ch := p.launcher.child
	killed := make(chan struct{})
	stop := context.AfterFunc(ctx, func() { defer close(killed); ch.kill() })

	rpc, err := p.client.Client()
	if err == nil {
		p.conn = rpc.(*goplugin.GRPCClient).Conn // the handshake said gRPC
	}
	up := err == nil && connected(ctx, p.conn)
	if !stop() {
		<-killed
		return context.Cause(ctx)
	}
	if up {
		return nil
	}
	// A process that ends closes its socket first, so the end of the process may
	// be known a little later than the refusal that it explains.
	select {
	case <-ch.exited:
	case <-time.After(2 * outputGrace):
	case <-ctx.Done():
	}
	return &NotPluginError{Line: clip(printable([]byte(strings.TrimSpace(p.launcher.line))), maxQuote), Why: "nothing that speaks gRPC answers at the address in this handshake"}
}

// explain turns the first thing that went wrong into what the user should read.
func (p *Process) explain(err error, c Config) error {
	ch := p.launcher.child
	switch {
	case ch == nil:
	case errors.Is(err, ErrStartTimeout):
		text := lastWords(ch.pump.stderr())
		if text == "" {
			text = noWords
		}
		if noise := ch.noise.Load(); noise != nil && p.launcher.line == "" {
			return fmt.Errorf("%w after %v: %w", ErrStartTimeout, c.StartTimeout, notHandshake(*noise))
		}
		what := "a plugin prints its handshake to stdout as soon as it can be spoken to; this program may be no plugin"
		if p.launcher.line != "" {
			what = "it shook hands, but does not answer on its connection"
		}
		return fmt.Errorf("%w after %v: %s%s", ErrStartTimeout, c.StartTimeout, what, text)
	case p.launcher.ctx.Err() == nil && ch.gone() && p.launcher.line != "" && checkHandshake([]byte(p.launcher.line)) == nil:
		return &DiedError{Exit: ch.exit} // whatever else was noticed, this explains it
	}
	if cause := context.Cause(p.launcher.ctx); cause != nil && errors.Is(err, cause) {
		return fmt.Errorf("start cancelled: %w", err)
	}
	return err
}

// pluginSets tells go-plugin the versions; what is served is not its business.
func pluginSets() map[int]goplugin.PluginSet {
	sets := make(map[int]goplugin.PluginSet)
	for _, v := range handshake.Versions() {
		sets[v] = goplugin.PluginSet{handshake.PluginName: connOnly{}}
	}
	return sets
}

// connOnly stands for a plugin of which only the connection is wanted.
type connOnly struct {
	goplugin.NetRPCUnsupportedPlugin
}

func (connOnly) GRPCServer(*goplugin.GRPCBroker, *grpc.Server) error {
	return errors.New("pluginproc: the host serves nothing")
}

func (connOnly) GRPCClient(_ context.Context, _ *goplugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return conn, nil
}

// syncedOutput takes what plugins built on plain go-plugin write to os.Stdout
// and os.Stderr, which go-plugin sends over the connection.
type syncedOutput struct {
	process *Process
	stream  string

	mu    sync.Mutex
	lines *lineSplitter
}

func (o *syncedOutput) Write(text []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.lines == nil {
		o.lines = o.process.launcher.child.pump.stream(o.stream)
	}
	return o.lines.Write(text)
}

func (o *syncedOutput) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.lines != nil {
		o.lines.close()
	}
}
