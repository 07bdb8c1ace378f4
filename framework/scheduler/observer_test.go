package scheduler_test

import (
	"context"
	"sync/atomic"

	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// watcher is an observer made of functions, each of which may be nil.
type watcher struct {
	begin   func(*scheduler.Tap) error
	abort   func(error)
	observe func(*scheduler.Occurrence)
	finish  func(context.Context)
	busy    atomic.Bool // not settled
	tap     *scheduler.Tap
}

func (w *watcher) Begin(_ context.Context, tap *scheduler.Tap) error {
	w.tap = tap
	if w.begin != nil {
		return w.begin(tap)
	}
	return nil
}

func (w *watcher) Abort(err error) {
	if w.abort != nil {
		w.abort(err)
	}
}

func (w *watcher) Observe(o *scheduler.Occurrence) {
	if w.observe != nil {
		w.observe(o)
	}
}

func (w *watcher) Settled() bool { return !w.busy.Load() }

func (w *watcher) Finish(ctx context.Context, _ scheduler.Exit) {
	if w.finish != nil {
		w.finish(ctx)
	}
}
