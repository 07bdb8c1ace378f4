package pluginproc

import (
	"context"
	"io"
	"os/exec"
	"strconv"
	"strings"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin/runner"
)

// launcher is go-plugin's view of the process. It shows go-plugin the
// handshake line and nothing else: output, signals and the end are ours.
type launcher struct {
	ctx    context.Context // of the start; go-plugin passes one of its own
	config Config
	env    []string // from go-plugin

	child *child // nil until it runs
	line  string
}

var _ runner.Runner = (*launcher)(nil)

// prepare is go-plugin's RunnerFunc; spec holds only an environment.
func (l *launcher) prepare(_ hclog.Logger, spec *exec.Cmd, _ string) (runner.Runner, error) {
	l.env = spec.Env
	return l, nil
}

// Start launches the process and waits for its handshake. go-plugin returns its
// error as it is.
func (l *launcher) Start(context.Context) error {
	ch, err := launch(l.ctx, l.config, l.env)
	if err != nil {
		return err
	}
	l.child = ch
	if err := ch.renice(l.config); err != nil {
		return err
	}
	line, err := ch.firstLine(l.ctx)
	if err != nil {
		return err
	}
	l.line = string(line) + "\n"
	return checkHandshake(line)
}

func (l *launcher) Wait(context.Context) error {
	<-l.child.exited
	return nil
}

func (l *launcher) Kill(context.Context) error {
	if l.child != nil {
		l.child.kill()
	}
	return nil
}

func (l *launcher) Stdout() io.ReadCloser { return io.NopCloser(strings.NewReader(l.line)) }
func (l *launcher) Stderr() io.ReadCloser { return io.NopCloser(strings.NewReader("")) }
func (l *launcher) Name() string          { return l.config.Name }

// ID must not be empty: go-plugin removes the socket folder of what has an ID.
func (l *launcher) ID() string {
	if l.child == nil {
		return l.config.Name
	}
	return strconv.Itoa(l.child.proc.PID())
}

func (l *launcher) Diagnose(context.Context) string { return "" }

func (l *launcher) PluginToHost(network, address string) (string, string, error) {
	return network, address, nil
}

func (l *launcher) HostToPlugin(network, address string) (string, string, error) {
	return network, address, nil
}
