package sdk

import (
	"context"
	"time"

	"github.com/signalbox-go/signalbox/framework/task"
)

// Errors of tasks that talk with their host.
var (
	// ErrNotHeard is returned where the host has no extension comm attached to the
	// task.
	ErrNotHeard = task.ErrNotHeard
	// ErrClosed is returned for what a task says after [Close], or when it has
	// returned.
	ErrClosed = task.ErrClosed
	// ErrNoAnswer is returned by a request whose time is over.
	ErrNoAnswer = task.ErrNoAnswer
	// ErrCloseRequested matches the error of a request that the host cannot answer
	// any more: the task should come to an end.
	ErrCloseRequested = task.ErrCloseRequested
)

// Progress tells the host how far the task is, with a few words of what it does.
// A total of 0 is one that is not known.
//
// It may be called as often as one likes, and never waits: the host is told ten
// times a second at most, and of the latest in the end. The host need not do
// anything for it: see scheduler.OnProgress. Where ctx belongs to no task, it
// does nothing.
func Progress[N task.Number](ctx context.Context, done, total N, text string) {
	task.ReportProgress(ctx, done, total, text)
}

// Open tells the host that the task is going to talk, which it may do without.
// The error tells whether the host hears: [ErrNotHeard] if it does not.
func Open(ctx context.Context) error { return task.Open(ctx) }

// Send tells the host v. It arrives before anything that the task says or
// returns later; if the task dies, what it has said just before may be lost. Send
// waits only if the host is far behind: by 256 KiB, each message counted with 64
// bytes more. Values travel as inputs and outputs do: as JSON, as they are if
// they are []byte, as protobuf, or as CBOR if the task's definition says so.
//
// The error is [ErrNotHeard], [ErrClosed], the cause of ctx if that ends while
// Send waits, or one of kind "encode" if v does not encode or is too large.
func Send[T any](ctx context.Context, v T) error { return task.Send(ctx, v) }

// Request asks the host for an answer and waits for it, no longer than timeout;
// 0 is as long as ctx. Several goroutines of a task may ask at once.
//
//	next, err := sdk.Request[Verdict](ctx, Epoch{3, loss}, time.Second)
//
// Errors are those of [Send]; [ErrNoAnswer]; one that matches
// [ErrCloseRequested] if the host cannot answer any more: a callback failed, there
// is none, or the run ends; one of kind "decode" if the answer is no Answer; and
// what the host has answered by Refuse.
func Request[Answer, Ask any](ctx context.Context, ask Ask, timeout time.Duration) (Answer, error) {
	return task.Request[Answer](ctx, ask, timeout)
}

// Close tells the host that the task will say nothing more. The host hears of it
// too when the task returns, fails or dies without having closed.
func Close(ctx context.Context) error { return task.Close(ctx) }

// CloseAndWait is [Close], and waits until the host has dealt with all that the
// task has said, no longer than timeout; 0 is as long as ctx.
func CloseAndWait(ctx context.Context, timeout time.Duration) error {
	return task.CloseAndWait(ctx, timeout)
}
