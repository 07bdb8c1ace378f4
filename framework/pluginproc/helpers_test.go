//go:build linux

package pluginproc_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/signalbox-go/signalbox/framework/pluginproc"
)

// patience bounds what should take milliseconds, on a busy machine.
const patience = 10 * time.Second

// bundle is a test's plugin with its surroundings.
type bundle struct {
	config pluginproc.Config
	logs   *logs
}

// setup returns a config that runs this binary in a part.
func setup(t *testing.T, act string) *bundle {
	t.Helper()
	dir, err := os.MkdirTemp("", "pp") // short: a socket's path is limited
	require.NoError(t, err)
	t.Cleanup(func() {
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Empty(t, left, "the socket folder is gone")
		require.NoError(t, os.Remove(dir))
	})
	self, err := os.Executable()
	require.NoError(t, err)
	l := &logs{}
	return &bundle{logs: l, config: pluginproc.Config{
		Name: "demo", Path: self, RuntimeDir: dir, Env: map[string]string{actEnv: act}, Logger: slog.New(l),
	}}
}

// shell returns a config that runs a shell script.
func shell(t *testing.T, script string) *bundle {
	t.Helper()
	b := setup(t, "")
	b.config.Path, b.config.Args = "/bin/sh", []string{"-c", script}
	return b
}

func (b *bundle) start(t *testing.T) *pluginproc.Process {
	t.Helper()
	p, err := pluginproc.Start(t.Context(), b.config)
	require.NoError(t, err)
	t.Cleanup(func() { p.Kill(); p.Stop(context.Background()) })
	return p
}

// fail starts what must not start.
func (b *bundle) fail(t *testing.T, want error) error {
	t.Helper()
	p, err := pluginproc.Start(t.Context(), b.config)
	require.Nil(t, p)
	require.ErrorIs(t, err, want)
	var start *pluginproc.StartError
	require.ErrorAs(t, err, &start)
	require.ErrorContains(t, err, `plugin "`+b.config.Name+`"`)
	require.ErrorContains(t, err, start.Path)
	return err
}

// do sends a command; the error is the caller's to judge.
func do(p *pluginproc.Process, command string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var out wrapperspb.StringValue
	err := p.Conn().Invoke(ctx, "/test.Commands/Do", wrapperspb.String(command), &out)
	return out.Value, err
}

func ask(t *testing.T, p *pluginproc.Process, command string) string {
	t.Helper()
	out, err := do(p, command)
	require.NoError(t, err)
	return out
}

// within runs f and requires that it does not take longer.
func within(t *testing.T, d time.Duration, f func()) {
	t.Helper()
	began := time.Now()
	f()
	require.Less(t, time.Since(began), d)
}

func exitOf(t *testing.T, p *pluginproc.Process) pluginproc.Exit {
	t.Helper()
	select {
	case <-p.Exited():
	case <-time.After(patience):
		require.FailNow(t, "the plugin does not end")
	}
	return p.Exit()
}

// logs collects records as text, and tells waiters.
type logs struct {
	mu      sync.Mutex
	lines   []string
	changed chan struct{}
	attrs   []slog.Attr
	parent  *logs
}

func (l *logs) root() *logs {
	if l.parent != nil {
		return l.parent
	}
	return l
}

func (l *logs) Enabled(context.Context, slog.Level) bool { return true }
func (l *logs) WithGroup(string) slog.Handler            { return l }
func (l *logs) WithAttrs(a []slog.Attr) slog.Handler {
	return &logs{parent: l.root(), attrs: append(l.attrs[:len(l.attrs):len(l.attrs)], a...)}
}

func (l *logs) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", r.Level, r.Message)
	for _, a := range l.attrs {
		fmt.Fprintf(&b, " %s", a)
	}
	r.Attrs(func(a slog.Attr) bool { fmt.Fprintf(&b, " %s", a); return true })
	root := l.root()
	root.mu.Lock()
	defer root.mu.Unlock()
	root.lines = append(root.lines, b.String())
	if root.changed != nil {
		close(root.changed)
		root.changed = nil
	}
	return nil
}

// await returns the lines once one of them contains want.
func (l *logs) await(t *testing.T, want string) []string {
	t.Helper()
	bound := time.After(patience)
	for {
		l.mu.Lock()
		lines := append([]string(nil), l.lines...)
		if l.changed == nil {
			l.changed = make(chan struct{})
		}
		changed := l.changed
		l.mu.Unlock()
		for _, line := range lines {
			if strings.Contains(line, want) {
				return lines
			}
		}
		select {
		case <-changed:
		case <-bound:
			require.FailNow(t, "not logged", "%q in %q", want, lines)
		}
	}
}

// holder accepts connections of processes, by which their end is seen.
type holder struct {
	path string
	l    net.Listener
}

func newHolder(t *testing.T) *holder {
	t.Helper()
	dir, err := os.MkdirTemp("", "hold")
	require.NoError(t, err)
	h := &holder{path: filepath.Join(dir, "s")}
	h.l, err = net.Listen("unix", h.path)
	require.NoError(t, err)
	t.Cleanup(func() { _ = h.l.Close(); _ = os.RemoveAll(dir) })
	return h
}

// accept waits for a process and returns its name and connection.
func (h *holder) accept(t *testing.T) (string, net.Conn) {
	t.Helper()
	require.NoError(t, h.l.(*net.UnixListener).SetDeadline(time.Now().Add(patience)))
	c, err := h.l.Accept()
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	require.NoError(t, c.SetReadDeadline(time.Now().Add(patience)))
	name := make([]byte, 1)
	_, err = io.ReadFull(c, name)
	require.NoError(t, err)
	return string(name), c
}

// gone requires that the process behind a connection ends in time.
func gone(t *testing.T, c net.Conn, d time.Duration) {
	t.Helper()
	require.NoError(t, c.SetReadDeadline(time.Now().Add(d)))
	_, err := c.Read(make([]byte, 1))
	require.ErrorIs(t, err, io.EOF, "the process lives on")
}
