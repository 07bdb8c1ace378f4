package plugin

import (
	"context"
	"log/slog"
)

// panicHook is the key under which a context carries who is to hear of panics.
type panicHook struct{}

// WithPanicHook has hook called when code panics that runs under ctx, besides
// being logged. The process is the hook's then: it goes on whatever the plugin
// would have it do.
func WithPanicHook(ctx context.Context, hook func()) context.Context {
	return context.WithValue(ctx, panicHook{}, hook)
}

// Panicked logs that code panicked. It reports whether nobody else was told.
func Panicked(ctx context.Context, message string, attrs ...any) (alone bool) {
	slog.ErrorContext(ctx, message, attrs...)
	hook, ok := ctx.Value(panicHook{}).(func())
	if ok {
		hook()
	}
	return !ok
}
