package control_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/control"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/status"
	"github.com/signalbox-go/signalbox/framework/task"
)

// ownFolder gives the test a runtime folder of its own, whose path is short.
func ownFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "ctl-")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	t.Setenv("XDG_RUNTIME_DIR", dir)
	return dir
}

// rig is a run of which one call runs and others wait.
type rig struct {
	s       *scheduler.Scheduler
	work    *scheduler.Task[string, int]
	begun   chan string   // inputs of calls that have begun
	release chan struct{} // has one go on
}

// start starts a run on one worker, which ends with the test.
func start(t *testing.T, name string, extensions ...scheduler.Extension) *rig {
	t.Helper()
	r := &rig{begun: make(chan string, 1000), release: make(chan struct{})}
	def := task.New("work", func(ctx context.Context, in string) (int, error) {
		r.begun <- in
		select {
		case <-r.release:
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
		if in == "bad" {
			return 0, os.ErrNotExist
		}
		return len(in), nil
	})
	r.s = scheduler.New(local.Pool(1), scheduler.Name(name))
	r.work = scheduler.NewTask(r.s, def, extensions...)
	require.NoError(t, r.s.Start(t.Context(), scheduler.KeepRunning(),
		scheduler.ExceptionPolicy(scheduler.Continue), scheduler.CancellationPolicy(scheduler.Continue)))
	t.Cleanup(func() {
		r.s.Kill("the test is over", nil)
		_, _ = r.s.Wait()
	})
	return r
}

func (r *rig) submit(t *testing.T, in string, opts ...scheduler.CallOption) *scheduler.Future[int] {
	t.Helper()
	f, err := r.work.Submit(in, opts...)
	require.NoError(t, err)
	return f
}

// told waits until everything that has happened was told.
func (r *rig) told(t *testing.T) {
	t.Helper()
	over := make(chan struct{})
	r.s.CallLater(0, func() { close(over) })
	select {
	case <-over:
	case <-time.After(10 * time.Second):
		require.FailNow(t, "nothing is told")
	}
}

// serve has the run answer, and returns it as others see it.
func (r *rig) serve(t *testing.T, opts ...control.Option) (*control.Server, *control.Client) {
	t.Helper()
	server, err := control.Serve(control.Of(status.New(r.s)), opts...)
	require.NoError(t, err)
	t.Cleanup(server.Close)
	c, err := control.Find(t.Context(), server.Info().ID)
	require.NoError(t, err)
	return server, c
}
