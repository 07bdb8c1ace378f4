package scheduler_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// logged keeps what is logged.
type logged struct {
	mu      sync.Mutex
	records []slog.Record
}

func (l *logged) Enabled(context.Context, slog.Level) bool { return true }
func (l *logged) WithAttrs([]slog.Attr) slog.Handler       { return l }
func (l *logged) WithGroup(string) slog.Handler            { return l }

func (l *logged) Handle(_ context.Context, r slog.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.records = append(l.records, r)
	return nil
}

// with returns the attributes of the records with that message.
func (l *logged) with(message string) (out []map[string]string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.records {
		if r.Message != message {
			continue
		}
		attrs := map[string]string{"level": r.Level.String()}
		r.Attrs(func(a slog.Attr) bool {
			attrs[a.Key] = a.Value.String()
			return true
		})
		out = append(out, attrs)
	}
	return out
}

// quiet returns a scheduler that logs to nobody.
func quiet(e scheduler.Executor, opts ...scheduler.Option) *scheduler.Scheduler {
	return scheduler.New(e, append([]scheduler.Option{scheduler.Logger(slog.New(slog.DiscardHandler))}, opts...)...)
}

func pool(n int) *scheduler.Scheduler { return quiet(local.Pool(n)) }

// twice doubles without any delay.
func twice(_ context.Context, x int) (int, error) { return 2 * x, nil }

// untilCancelled runs until its context ends, which it says on the channel.
func untilCancelled(began chan<- struct{}) func(context.Context, int) (int, error) {
	return func(ctx context.Context, _ int) (int, error) {
		began <- struct{}{}
		<-ctx.Done()
		return 0, context.Cause(ctx)
	}
}

func mustRun(t *testing.T, s *scheduler.Scheduler, opts ...scheduler.RunOption) scheduler.Exit {
	t.Helper()
	exit, err := s.Run(t.Context(), opts...)
	require.NoError(t, err)
	return exit
}

func mustStart(t *testing.T, s *scheduler.Scheduler, opts ...scheduler.RunOption) {
	t.Helper()
	require.NoError(t, s.Start(t.Context(), opts...))
}

func mustWait(t *testing.T, s *scheduler.Scheduler) scheduler.Exit {
	t.Helper()
	exit, err := s.Wait()
	require.NoError(t, err)
	return exit
}

func mustSubmit[In, Out any](t *testing.T, task *scheduler.Task[In, Out], in In) *scheduler.Future[Out] {
	t.Helper()
	f, err := task.Submit(in)
	require.NoError(t, err)
	return f
}

func doubleTask(s *scheduler.Scheduler) *scheduler.Task[int, int] {
	return scheduler.NewTask(s, task.New("double", twice))
}

func slogOf(l *logged) *slog.Logger { return slog.New(l) }

// lastly is emitted to learn that everything before it has been told.
var lastly = event.NewSignal("lastly")

// untilTold waits until what has happened up to now has been told.
func untilTold(s *scheduler.Scheduler) {
	told := make(chan struct{})
	event.OnSignal(s, lastly, func() { close(told) }, event.Limit(1), event.Hidden())
	event.EmitSignal(s, lastly)
	<-told
}
