package sdk_test

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

func TestErrorsAcrossTheProcessBoundary(t *testing.T) {
	t.Parallel()
	h := start(t, "plugin", slog.LevelInfo)
	pid, err := h.call("pid", "")
	require.NoError(t, err)

	_, err = h.call("open", "/no/such/file")
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorContains(t, err, "open /no/such/file: no such file or directory")
	require.True(t, task.IsRetryable(err))

	_, err = h.call("open", "/no/such/\xff")
	require.ErrorIs(t, err, fs.ErrNotExist, "a name that is no UTF-8 is no harm")

	_, err = h.call("quota", "")
	require.ErrorContains(t, err, "day's end: permission denied\nquota used up")
	require.ErrorIs(t, err, errQuota)
	require.ErrorIs(t, err, fs.ErrPermission)
	require.Equal(t, "quota", task.KindOf(err))
	require.False(t, task.IsRetryable(err))

	_, err = h.call("panic", "")
	var e *task.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, task.KindPanic, e.Kind)
	require.Contains(t, e.Message, "nil pointer dereference")
	require.Contains(t, e.Stack, "acts_test.go")

	_, err = h.call("goexit", "")
	require.Equal(t, task.KindPanic, task.KindOf(err))
	require.ErrorContains(t, err, "runtime.Goexit")

	again, err := h.call("pid", "")
	require.NoError(t, err)
	require.Equal(t, pid, again, "the process lives on")
}

func TestCancelledCodeStops(t *testing.T) {
	t.Parallel()
	h := start(t, "plugin", slog.LevelInfo)
	pid, err := h.call("pid", "")
	require.NoError(t, err)
	f, err := h.do.Submit(request{Verb: "wait"})
	require.NoError(t, err)
	h.logs.await(t, "INFO waiting worker=0 plugin=demo task=do future=2")
	why := errors.New("not needed")
	require.True(t, f.Cancel(why))
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	_, err = f.Wait(ctx)
	require.ErrorIs(t, err, why)
	require.Equal(t, scheduler.Cancelled, f.State())
	again, err := h.call("pid", "")
	require.NoError(t, err)
	require.Equal(t, pid, again, "the worker is used again")
}

func TestWorkersHaveWhatTheHostGives(t *testing.T) {
	t.Parallel()
	h := start(t, "plugin", slog.LevelInfo)

	act, err := h.call("env", actEnv)
	require.NoError(t, err)
	require.Equal(t, "plugin", act)
	for _, name := range []string{"SIGNALBOX_PLUGIN", "SIGNALBOX_LIFE_FD"} {
		mark, err := h.call("env", name)
		require.NoError(t, err)
		require.Empty(t, mark, "what a task starts is no worker")
	}

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	b, err := scheduler.NewTask(h.s, raw).Call(ctx, []byte{0, 255})
	require.NoError(t, err)
	require.Equal(t, []byte{0, 255}, b)
	info, err := scheduler.NewTask(h.s, about).Call(ctx, 0)
	require.NoError(t, err)
	require.Equal(t, "about", info.Task)
	require.Equal(t, 1, info.Attempt)
	require.NotZero(t, info.Future)
}

func TestWorkersAreNoHosts(t *testing.T) {
	t.Parallel()
	h := start(t, "plugin", slog.LevelInfo)
	_, err := h.call("nest", "")
	require.ErrorContains(t, err, "a scheduler cannot be started inside a worker process")

	// A program of the task's own is a host again: it gets past ServeIfPlugin.
	out, err := h.call("child", "")
	require.Empty(t, out)
	require.ErrorContains(t, err, "exit status 3")
}
