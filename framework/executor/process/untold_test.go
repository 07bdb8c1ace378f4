//go:build linux

package process_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/session"
	"github.com/signalbox-go/signalbox/framework/task"
)

// TestErrorsThatCannotBeTold come back as the panic that telling them is, and
// their process lives on.
func TestErrorsThatCannotBeTold(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1, process.Grace(time.Minute))
	r.begin()
	before, err := get(t, r.Scheduler, pid, 0)
	require.NoError(t, err)
	for _, wait := range []bool{false, true} {
		f := submit(t, r.Scheduler, failure, wait)
		if wait {
			eventually(t, patience, "the call runs", func() bool { return f.State() == scheduler.Running })
			f.Cancel(errEnough)
		}
		await(t, f)
		require.Equal(t, scheduler.Failed, f.State())
		var e *task.Error
		require.ErrorAs(t, f.Err(), &e)
		require.Equal(t, task.KindPanic, e.Kind)
		require.Contains(t, e.Message, "panic: runtime error: invalid memory address or nil pointer dereference")
		require.Contains(t, e.Message, "a nil *process_test.nothing: return nil itself where there is no error")
		require.Contains(t, e.Stack, "tasks_test.go:")
	}
	after, err := get(t, r.Scheduler, pid, 0)
	require.NoError(t, err)
	require.Equal(t, before, after)
	r.finish()
	require.Equal(t, scheduler.WorkerCounts{Started: 1}, r.Workers())
}

// TestSetUpFailsWithAnErrorThatCannotBeTold is an error like any other.
func TestSetUpFailsWithAnErrorThatCannotBeTold(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1, process.Config(setting{Nothing: true}))
	err := r.Start(context.Background())
	require.ErrorIs(t, err, session.ErrSetup)
	require.ErrorContains(t, err, "a nil *process_test.nothing")
	require.Empty(t, processes(r.mark))
}
