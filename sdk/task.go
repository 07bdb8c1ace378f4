package sdk

import (
	"context"
	"errors"

	"github.com/signalbox-go/signalbox/framework/task"
)

// Part is something that a plugin is made of: a task ([TaskFunc]), an event
// plugin ([EventPlugin]), or what is to be done first in workers ([Setup]).
type Part interface{ PluginPart() }

// TaskFunc defines a task: its name, and the function that runs it. Inputs and
// outputs are JSON, unless they are []byte or protobuf messages; Def.CBOR
// chooses CBOR. The same definition serves the plugin and, in a program that
// is its own worker, the scheduler. It panics without a name or function.
func TaskFunc[In, Out any](name string, fn func(ctx context.Context, in In) (Out, error)) *task.Def[In, Out] {
	return task.New(name, fn)
}

// Info is what running code may know of the call that it serves.
type Info = task.Info

// InfoFrom returns what is known of the call that ctx belongs to, and false
// where ctx belongs to none.
func InfoFrom(ctx context.Context) (Info, bool) { return task.InfoFrom(ctx) }

// NotRetryable marks err as one that a further attempt cannot mend. It returns
// nil for a nil err.
func NotRetryable(err error) error { return task.NotRetryable(err) }

// KindOf returns the kind of an error, such as one that an event tells: "error"
// where it has none of its own, empty for a nil err.
func KindOf(err error) string { return task.KindOf(err) }

// StackOf returns the stack of a panic that an error tells of, as text, empty
// where it tells of none.
func StackOf(err error) string {
	var e *task.Error
	if errors.As(err, &e) {
		return e.Stack
	}
	return ""
}

// WithKind gives err a kind of the task's own, which the host sees. It returns
// nil for a nil err.
func WithKind(kind string, err error) error { return task.WithKind(kind, err) }
