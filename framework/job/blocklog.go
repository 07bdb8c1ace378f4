package job

import (
	"context"
	"errors"
	"log/slog"
)

// refused is what a scheduler logs of a submit that it refuses, with the place
// in Go that it came from.
const refused = "submit refused"

// blockLog is a handler that shows failures of on blocks as what they are: a
// place in the job file, not a panic with a stack or a place in this package.
type blockLog struct{ slog.Handler }

func (h blockLog) Handle(ctx context.Context, r slog.Record) error {
	if r.Message == refused {
		return nil // the block that submitted says so itself
	}
	var failed *BlockError
	r.Attrs(func(a slog.Attr) bool {
		err, ok := a.Value.Any().(error)
		return !ok || !errors.As(err, &failed)
	})
	if failed != nil {
		at := slog.NewRecord(r.Time, r.Level, "on block failed", r.PC)
		at.AddAttrs(slog.String("on", failed.Event), slog.String("at", failed.Where), slog.Any("error", failed.Err))
		r = at
	}
	return h.Handler.Handle(ctx, r)
}

func (h blockLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return blockLog{h.Handler.WithAttrs(attrs)}
}

func (h blockLog) WithGroup(name string) slog.Handler { return blockLog{h.Handler.WithGroup(name)} }
