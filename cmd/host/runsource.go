package main

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"

	"github.com/signalbox-go/signalbox/framework/job"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/status"
	"github.com/signalbox-go/signalbox/framework/view"
	"github.com/signalbox-go/signalbox/framework/view/live"
)

// runSource is a run of a job, from before its plugins are built on.
type runSource struct {
	j     *job.Job
	began time.Time

	mu    sync.Mutex
	watch *status.Watch // nil before the scheduler has started
}

// errStarting is what is said of acts that come too early.
var errStarting = errors.New("the run has not started yet")

func newRunSource(j *job.Job) *runSource { return &runSource{j: j, began: time.Now()} }

// started returns the run of the scheduler, nil if it has not started.
func (r *runSource) started() live.Source {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.watch == nil {
		s := r.j.Scheduler()
		if s == nil {
			return nil
		}
		r.watch = status.New(s)
	}
	return live.Of(r.watch)
}

// ended makes the source that of a run that has ended, which may have been too
// short to be looked at.
func (r *runSource) ended(s *scheduler.Scheduler) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.watch == nil {
		r.watch = status.New(s)
	}
}

// Look implements [live.Source].
func (r *runSource) Look(ctx context.Context, tree bool) (view.Run, error) {
	if s := r.started(); s != nil {
		return s.Look(ctx, tree)
	}
	now := time.Now()
	return view.Run{Name: r.j.Name(), PID: os.Getpid(), Taken: now, Phase: view.Starting, Started: r.began, Elapsed: now.Sub(r.began),
		Tasks: []view.TaskRun{}, Workers: []view.Worker{}, EventPlugins: []view.EventPlugin{}, Failures: []view.Failure{}, Panels: []view.Panel{}}, nil
}

// Pause implements [live.Source].
func (r *runSource) Pause(ctx context.Context, paused bool) error {
	if s := r.started(); s != nil {
		return s.Pause(ctx, paused)
	}
	return errStarting
}

// Cancel implements [live.Source].
func (r *runSource) Cancel(ctx context.Context, task string, future uint64) (int, error) {
	if s := r.started(); s != nil {
		return s.Cancel(ctx, task, future)
	}
	return 0, errStarting
}

// Stop implements [live.Source].
func (r *runSource) Stop(context.Context) error {
	r.j.Stop("stopped at the screen")
	return nil
}
