package sdk_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// patience bounds what should take milliseconds, on a busy machine.
const patience = 20 * time.Second

// host is a scheduler with one worker that acts a part.
type host struct {
	s    *scheduler.Scheduler
	do   *scheduler.Task[request, string]
	logs *logs
}

// start starts a host; its run ends with the test.
func start(t *testing.T, act string, level slog.Level, opts ...process.Option) *host {
	t.Helper()
	h := newHost(t, act, level, opts...)
	require.NoError(t, h.s.Start(t.Context(), scheduler.KeepRunning(), scheduler.ExceptionPolicy(scheduler.Continue), scheduler.CancellationPolicy(scheduler.Continue)))
	t.Cleanup(func() {
		h.s.Stop()
		_, err := h.s.Wait()
		require.NoError(t, err)
	})
	return h
}

func newHost(t *testing.T, act string, level slog.Level, opts ...process.Option) *host {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	l := &logs{level: level}
	opts = append([]process.Option{process.Name("demo"), process.Workers(1), process.Env(map[string]string{actEnv: act})}, opts...)
	h := &host{logs: l, s: scheduler.New(process.Plugin(self, opts...), scheduler.Logger(slog.New(l)))}
	h.do = scheduler.NewTask(h.s, do)
	return h
}

func (h *host) call(verb, arg string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return h.do.Call(ctx, request{verb, arg})
}

// logs collects records as text, and tells waiters.
type logs struct {
	level   slog.Level
	parent  *logs
	attrs   []slog.Attr
	mu      sync.Mutex
	lines   []string
	changed chan struct{}
}

func (l *logs) root() *logs {
	if l.parent != nil {
		return l.parent
	}
	return l
}

func (l *logs) Enabled(_ context.Context, level slog.Level) bool { return level >= l.root().level }
func (l *logs) WithGroup(string) slog.Handler                    { return l }
func (l *logs) WithAttrs(a []slog.Attr) slog.Handler {
	return &logs{parent: l.root(), attrs: append(l.attrs[:len(l.attrs):len(l.attrs)], a...)}
}

// Handle leaves pid out, which tests do not know.
func (l *logs) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", r.Level, r.Message)
	add := func(a slog.Attr) bool {
		if a.Key != "pid" {
			fmt.Fprintf(&b, " %s", a)
		}
		return true
	}
	for _, a := range l.attrs {
		add(a)
	}
	r.Attrs(add)
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

// await waits until each of the lines has been logged, and returns all.
func (l *logs) await(t *testing.T, want ...string) []string {
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
		missing := ""
		for _, w := range want {
			found := false
			for _, line := range lines {
				found = found || line == w
			}
			if !found {
				missing = w
			}
		}
		if missing == "" {
			return lines
		}
		select {
		case <-changed:
		case <-bound:
			require.FailNow(t, "not logged", "%q in\n%s", missing, strings.Join(lines, "\n"))
		}
	}
}
