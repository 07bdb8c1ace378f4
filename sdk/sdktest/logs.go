package sdktest

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/signalbox-go/signalbox/framework/pluginproc/logline"
	"github.com/signalbox-go/signalbox/sdk/internal/plugin"
)

// Line is one record of a plugin, as a host gets it.
type Line struct {
	Time    time.Time
	Level   slog.Level
	Message string
	Task    string      // name of the task whose code logged; "" outside of a task
	Future  uint64      // number of the call, from 1; 0 outside of a task
	Attrs   []slog.Attr // those in groups have keys such as "group.key"
}

// Attr returns the value of an attribute, nil if there is none of that key.
// Integers are int64, or uint64 where that is too small.
func (l Line) Attr(key string) any {
	for _, a := range l.Attrs {
		if a.Key == key {
			return a.Value.Any()
		}
	}
	return nil
}

// String returns the line in a short form.
func (l Line) String() string {
	s := fmt.Sprintf("%v %s", l.Level, l.Message)
	if l.Task != "" {
		s += fmt.Sprintf(" task=%s future=%d", l.Task, l.Future)
	}
	for _, a := range l.Attrs {
		s += " " + a.String()
	}
	return s
}

// book keeps what a plugin logs.
type book struct {
	t     testing.TB
	log   slog.Handler
	level slog.LevelVar

	mu     sync.Mutex
	lines  []Line
	closed bool
}

// bookKey is the key under which contexts of a plugin's code carry its book.
type bookKey struct{}

// newBook begins a book, which the default loggers write to until the end of
// the test.
func newBook(t testing.TB, level slog.Level) *book {
	b := &book{t: t}
	b.log = plugin.NewLogHandler(b, &b.level)
	b.level.Set(level)
	captured.add(b)
	t.Cleanup(func() {
		captured.remove(b)
		b.close()
	})
	return b
}

// base returns what the contexts of the plugin's code descend from.
func (b *book) base() context.Context { return context.WithValue(context.Background(), bookKey{}, b) }

func (b *book) all() []Line {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.lines)
}

// close has what is logged from now on dropped: the test may be over.
func (b *book) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
}

// Write takes one record in the form in which it travels to a host.
func (b *book) Write(text []byte) (int, error) {
	r, err := logline.Parse(text[1:]) // behind an end of line
	if err != nil {
		return 0, fmt.Errorf("sdktest: a plugin's log: %w", err)
	}
	line := Line{Time: r.Time, Level: r.Level, Message: r.Message, Task: r.Task, Future: r.Future, Attrs: r.Attrs}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return len(text), nil
	}
	b.lines = append(b.lines, line)
	b.t.Log(line)
	return len(text), nil
}

// Logs returns what the plugin has logged so far, in order. What a task logged
// is there when its call returns.
func (p *Plugin) Logs() []Line { return p.book.all() }
