package job

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"

	"github.com/hashicorp/hcl/v2"

	"github.com/signalbox-go/signalbox/framework/eventplugin"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// runState is one run of a job.
type runState struct {
	job   *Job
	log   *slog.Logger
	s     *scheduler.Scheduler
	tasks map[string]*jsonTask
	base  *hcl.EvalContext
	out   *results         // nil for none
	hub   *eventplugin.Hub // nil for none
	built builds

	cancel  context.CancelCauseFunc // for as long as the run has not started
	started bool                    // guarded by Job.mu
	failed  atomic.Pointer[BlockError]
	errs    failures
}

// errStopped is why a run that is stopped while it starts does not start.
var errStopped = errors.New("stopped before the run had started")

// Run builds what has to be built, starts the plugins and runs the job to its
// end. The end of ctx kills what runs. The error says why the job was not
// run: a [*DiagnosticsError] where it is a mistake of the file, such as a
// plugin that does not build or start. Nothing is left running then.
func (j *Job) Run(ctx context.Context) (*Result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r := &runState{job: j, cancel: cancel, tasks: map[string]*jsonTask{}, errs: failures{byKey: map[string]*ErrorGroup{}, first: map[string]error{}}, log: slog.New(blockLog{j.log.Handler()})}
	if err := j.enter(r); err != nil {
		return nil, err
	}
	defer j.leave()
	if err := r.prepare(ctx); err != nil {
		return nil, r.unstarted(ctx, err)
	}
	if err := r.s.Start(ctx, j.run.options()...); err != nil {
		return nil, r.unstarted(ctx, j.explainStart(err))
	}
	j.begun(r)
	// What the policies raise is in exit, too.
	exit, _ := r.s.Wait()
	return r.result(exit), nil
}

func (j *Job) enter(r *runState) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.current != nil {
		return fmt.Errorf("job: %s: %w", j.path, scheduler.ErrRunning)
	}
	j.current = r
	return nil
}

func (j *Job) leave() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.current = nil
}

// begun records that the scheduler runs.
func (j *Job) begun(r *runState) {
	j.mu.Lock()
	defer j.mu.Unlock()
	r.started = true
}

// Scheduler returns the scheduler of the run that goes on, nil if none does or
// its plugins have not started. It is there to look at.
func (j *Job) Scheduler() *scheduler.Scheduler {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.current == nil || !j.current.started {
		return nil
	}
	return j.current.s
}

// Name returns the name of the job, and of its runs.
func (j *Job) Name() string { return j.run.name }

// Stop ends the run that goes on: what runs is completed, what waits is
// cancelled. It does not wait.
func (j *Job) Stop(message string) {
	j.mu.Lock()
	r := j.current
	starting := r != nil && !r.started
	j.mu.Unlock()
	switch {
	case starting:
		r.cancel(errStopped)
	case r != nil:
		r.s.StopWith(message, nil)
		r.s.CancelWaiting(errors.New(message))
	}
}

// Kill ends the run that goes on without waiting: what runs is killed. It does
// not wait.
func (j *Job) Kill(message string) {
	j.mu.Lock()
	r := j.current
	starting := r != nil && !r.started
	j.mu.Unlock()
	switch {
	case starting:
		r.cancel(errStopped)
	case r != nil:
		r.s.Kill(message, errors.New(message))
	}
}
