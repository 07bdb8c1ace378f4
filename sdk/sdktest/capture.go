package sdktest

import (
	"context"
	"io"
	"log"
	"log/slog"
	"slices"
	"sync"
)

// captured directs the default loggers to the books of the plugins that run.
// They belong to the process, hence the state at package level.
var captured capture

type capture struct {
	mu    sync.Mutex
	books []*book

	// What the default loggers were before.
	before *slog.Logger
	output io.Writer
	flags  int
}

// add begins to log to b as well.
func (c *capture) add(b *book) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.books) == 0 {
		c.before, c.output, c.flags = slog.Default(), log.Writer(), log.Flags()
		slog.SetDefault(slog.New(router{capture: c}))
	}
	c.books = append(c.books, b)
}

// remove ends it. After the last plugin the default loggers are what they were.
func (c *capture) remove(b *book) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.books = slices.DeleteFunc(c.books, func(o *book) bool { return o == b })
	if len(c.books) > 0 {
		return
	}
	if _, ours := slog.Default().Handler().(router); ours {
		slog.SetDefault(c.before)
		log.SetOutput(c.output)
		log.SetFlags(c.flags)
	}
}

// targets returns the books of the plugins that a record may be of.
func (c *capture) targets(ctx context.Context) []*book {
	if b, ok := ctx.Value(bookKey{}).(*book); ok {
		return []*book{b}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.books)
}

// router is the handler of the default logger while plugins run.
type router struct {
	capture *capture
	with    []func(slog.Handler) slog.Handler // attributes and groups, in order
}

// Enabled implements slog.Handler.
func (r router) Enabled(ctx context.Context, level slog.Level) bool {
	return slices.ContainsFunc(r.capture.targets(ctx), func(b *book) bool { return b.log.Enabled(ctx, level) })
}

// Handle implements slog.Handler.
func (r router) Handle(ctx context.Context, rec slog.Record) error {
	for _, b := range r.capture.targets(ctx) {
		if !b.log.Enabled(ctx, rec.Level) {
			continue
		}
		h := b.log
		for _, with := range r.with {
			h = with(h)
		}
		if err := h.Handle(ctx, rec.Clone()); err != nil {
			return err
		}
	}
	return nil
}

// WithAttrs implements slog.Handler.
func (r router) WithAttrs(attrs []slog.Attr) slog.Handler {
	return r.and(func(h slog.Handler) slog.Handler { return h.WithAttrs(attrs) })
}

// WithGroup implements slog.Handler.
func (r router) WithGroup(name string) slog.Handler {
	return r.and(func(h slog.Handler) slog.Handler { return h.WithGroup(name) })
}

func (r router) and(with func(slog.Handler) slog.Handler) router {
	return router{capture: r.capture, with: append(slices.Clone(r.with), with)}
}
