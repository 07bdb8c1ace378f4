package local_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// patience bounds what should take milliseconds, on a busy machine.
const patience = 20 * time.Second

// lines collects log records as text.
type lines struct {
	mu     sync.Mutex
	text   []string
	onLine func() // called with each record; may be nil
}

func (l *lines) Enabled(context.Context, slog.Level) bool { return true }
func (l *lines) WithAttrs([]slog.Attr) slog.Handler       { return l }
func (l *lines) WithGroup(string) slog.Handler            { return l }

func (l *lines) Handle(_ context.Context, r slog.Record) error {
	if !strings.Contains(r.Message, "does not heed") {
		return nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", r.Level, r.Message)
	r.Attrs(func(a slog.Attr) bool { fmt.Fprintf(&b, " %s", a); return true })
	l.mu.Lock()
	l.text = append(l.text, b.String())
	l.mu.Unlock()
	if l.onLine != nil {
		l.onLine()
	}
	return nil
}

func (l *lines) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string{}, l.text...)
}

// on returns a scheduler that logs to nobody.
func on(e scheduler.Executor) *scheduler.Scheduler { return logging(e, slog.DiscardHandler) }

func logging(e scheduler.Executor, h slog.Handler) *scheduler.Scheduler {
	return scheduler.New(e, scheduler.Logger(slog.New(h)))
}

// tolerant are the options of runs in which calls fail and are cancelled.
func tolerant(more ...scheduler.RunOption) []scheduler.RunOption {
	return append([]scheduler.RunOption{
		scheduler.ExceptionPolicy(scheduler.Continue), scheduler.CancellationPolicy(scheduler.Continue),
	}, more...)
}

// start starts a run. wait returns when it has ended, which is no error.
func start(t *testing.T, s *scheduler.Scheduler, opts ...scheduler.RunOption) (wait func()) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	require.NoError(t, s.Start(ctx, opts...))
	return func() {
		t.Helper()
		defer cancel()
		_, err := s.Wait()
		require.NoError(t, err)
	}
}

func submit[In, Out any](t *testing.T, task *scheduler.Task[In, Out], in In) *scheduler.Future[Out] {
	t.Helper()
	f, err := task.Submit(in)
	require.NoError(t, err)
	return f
}
