package plugin

import (
	"context"
	"io"
	"log/slog"
	"sync"

	"github.com/signalbox-go/signalbox/framework/pluginproc/logline"
	"github.com/signalbox-go/signalbox/framework/task"
)

// NewLogHandler returns the handler of a plugin's records: it writes them to w
// as lines that hosts understand (package logline), each with one call.
func NewLogHandler(w io.Writer, level slog.Leveler) slog.Handler {
	return &logHandler{out: &lineWriter{w: w}, level: level}
}

// lineWriter writes whole lines, one at a time.
type lineWriter struct {
	mu  sync.Mutex
	buf []byte
	w   io.Writer
}

func (l *lineWriter) write(r logline.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	// Something may have been printed without an end of line. The host passes
	// empty lines over.
	l.buf = logline.Append(append(l.buf[:0], '\n'), r)
	_, err := l.w.Write(l.buf)
	return err
}

// logHandler is the slog.Handler of a plugin. Task and future come from the
// context.
type logHandler struct {
	out    *lineWriter
	level  slog.Leveler
	groups []string
	attrs  []slog.Attr // of WithAttrs, in their groups
}

// Enabled implements slog.Handler.
func (h *logHandler) Enabled(_ context.Context, l slog.Level) bool { return l >= h.level.Level() }

// Handle implements slog.Handler.
func (h *logHandler) Handle(ctx context.Context, r slog.Record) error {
	rec := logline.Record{Time: r.Time, Level: r.Level, Message: r.Message}
	if info, ok := task.InfoFrom(ctx); ok {
		rec.Task, rec.Future = info.Task, info.Future
	}
	var own []slog.Attr
	r.Attrs(func(a slog.Attr) bool {
		own = append(own, a)
		return true
	})
	rec.Attrs = append(rec.Attrs, h.attrs...)
	rec.Attrs = append(rec.Attrs, inGroups(h.groups, own)...)
	return h.out.write(rec)
}

// WithAttrs implements slog.Handler.
func (h *logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	c := *h
	c.attrs = append(append([]slog.Attr(nil), h.attrs...), inGroups(h.groups, attrs)...)
	return &c
}

// WithGroup implements slog.Handler.
func (h *logHandler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	c := *h
	c.groups = append(append([]string(nil), h.groups...), name)
	return &c
}

func inGroups(groups []string, attrs []slog.Attr) []slog.Attr {
	if len(attrs) == 0 {
		return nil
	}
	for i := len(groups) - 1; i >= 0; i-- {
		attrs = []slog.Attr{{Key: groups[i], Value: slog.GroupValue(attrs...)}}
	}
	return attrs
}
