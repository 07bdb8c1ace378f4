package scheduler_test

import (
	"context"
	"time"
)

// work takes a moment of the bubble's fake time, so that what a callback
// submits is submitted before any of it ends, as on AMLTK's event loop.
func work() {
	time.Sleep(time.Millisecond) // not synchronisation: the task is to take a moment
}

func double(_ context.Context, x int) (int, error) {
	work()
	return 2 * x, nil
}

func ident(_ context.Context, x int) (int, error) {
	work()
	return x, nil
}

func boom(context.Context, nothing) (nothing, error) {
	work()
	return nothing{}, customError{"boom"}
}

func boomBase(context.Context, nothing) (nothing, error) {
	work()
	panic(keyboardInterrupt{"kbd"})
}

func retNone(context.Context, nothing) (any, error) {
	work()
	return nil, nil
}

// sleepRet sleeps seconds and returns them, unless it is cancelled.
func sleepRet(ctx context.Context, seconds float64) (float64, error) {
	select {
	case <-time.After(time.Duration(seconds*float64(time.Second)) + time.Millisecond):
		return seconds, nil
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
}
