package task_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/task"
)

var errQuota = errors.New("no quota left")

func TestKinds(t *testing.T) {
	t.Parallel()

	err := fmt.Errorf("charging: %w", task.WithKind("quota", fmt.Errorf("account 7: %w", errQuota)))
	for name, err := range map[string]error{"here": err, "portable": task.Portable(err), "portable again": task.Portable(fmt.Errorf("outer: %w", task.Portable(err)))} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, "quota", task.KindOf(err))
			require.True(t, task.IsKind(err, "quota"))
			require.ErrorIs(t, err, task.Kind("quota"))
			require.NotErrorIs(t, err, task.Kind("other"))
			require.ErrorIs(t, err, errQuota)
			require.ErrorContains(t, err, "charging: account 7: no quota left")
			require.True(t, task.IsRetryable(err))
		})
	}
	require.Equal(t, task.KindError, task.KindOf(errQuota))
	require.Equal(t, "outer", task.KindOf(task.WithKind("outer", task.WithKind("inner", errQuota))), "the outermost counts")
	require.Empty(t, task.KindOf(nil))
	require.EqualError(t, task.Kind("quota"), "quota")
}

func TestNotRetryable(t *testing.T) {
	t.Parallel()

	err := fmt.Errorf("outer: %w", errors.Join(io.EOF, task.NotRetryable(fmt.Errorf("inner: %w", errQuota))))
	require.False(t, task.IsRetryable(err))
	require.False(t, task.IsRetryable(task.Portable(err)))
	require.False(t, task.IsRetryable(fmt.Errorf("again: %w", task.Portable(err))))
	require.False(t, task.IsRetryable(task.WithKind("k", task.NotRetryable(errQuota))))
	require.False(t, task.IsRetryable(task.NotRetryable(task.Portable(errQuota))))
	require.ErrorIs(t, err, errQuota)
	require.True(t, task.IsRetryable(errQuota))
	require.True(t, task.IsRetryable(nil))
	require.NoError(t, task.NotRetryable(nil))
	require.NoError(t, task.WithKind("k", nil))
}

func TestPortableErrorsMatchByTypeAndText(t *testing.T) {
	t.Parallel()

	_, missing := os.Open("/no/such/file")
	_, isDir := os.ReadFile(t.TempDir())
	joined := errors.Join(errQuota, fmt.Errorf("reading: %w", io.ErrUnexpectedEOF))
	tests := map[string]struct {
		err error
		is  []error
		not []error
	}{
		"sentinel":  {fmt.Errorf("x: %w", errQuota), []error{errQuota, errors.New("no quota left")}, []error{io.EOF, fs.ErrNotExist}},
		"missing":   {missing, []error{fs.ErrNotExist, os.ErrNotExist}, []error{fs.ErrExist, fs.ErrPermission}},
		"directory": {isDir, nil, []error{fs.ErrNotExist}},
		"joined":    {joined, []error{errQuota, io.ErrUnexpectedEOF}, []error{io.EOF}},
		"context":   {fmt.Errorf("x: %w", context.DeadlineExceeded), []error{context.DeadlineExceeded}, []error{context.Canceled}},
		"deadline":  {fmt.Errorf("x: %w", os.ErrDeadlineExceeded), []error{os.ErrDeadlineExceeded}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			portable := error(task.Portable(test.err))
			require.Equal(t, test.err.Error(), portable.Error())
			require.Equal(t, task.KindError, task.KindOf(portable))
			for _, target := range test.is {
				require.ErrorIs(t, portable, target)
				require.ErrorIs(t, fmt.Errorf("wrapped: %w", portable), target)
			}
			for _, target := range test.not {
				require.NotErrorIs(t, portable, target)
			}
			var e *task.Error
			require.ErrorAs(t, fmt.Errorf("wrapped: %w", portable), &e)
		})
	}
	require.Nil(t, task.Portable(nil))
	e := task.Errorf("k", "n = %d", 1)
	require.Same(t, e, task.Portable(e))
	require.Equal(t, &task.Error{Kind: "k", Message: "n = 1"}, e)
}

func TestChainsAreBounded(t *testing.T) {
	t.Parallel()

	err := errQuota
	for i := range 1000 {
		err = fmt.Errorf("%d: %w", i, err)
	}
	require.LessOrEqual(t, len(task.Portable(err).Causes), 40)
}
