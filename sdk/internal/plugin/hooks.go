package plugin

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"runtime"
)

// Hooks are told what a test wants to know and a host sees by itself.
type Hooks struct {
	// Panicked is called when code panics, which is logged besides.
	Panicked func()
	// Exit is called instead of ending the process.
	Exit func(why error)
}

type hooksKey struct{}

// WithHooks returns a context for code of a plugin under test.
func WithHooks(ctx context.Context, h Hooks) context.Context {
	return context.WithValue(ctx, hooksKey{}, h)
}

// Panicked logs that code panicked which runs under ctx.
func Panicked(ctx context.Context, message string, attrs ...any) {
	slog.ErrorContext(ctx, message, attrs...)
	if h, ok := ctx.Value(hooksKey{}).(Hooks); ok {
		h.Panicked()
	}
}

// Exit ends the process, or what stands for it, because of why. It does not
// return.
func Exit(ctx context.Context, why error) {
	h, ok := ctx.Value(hooksKey{}).(Hooks)
	if !ok {
		fmt.Fprintln(os.Stderr, why) // with which the host explains the death
		os.Exit(1)
	}
	h.Exit(why)
	runtime.Goexit()
}
