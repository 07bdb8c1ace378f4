package task_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/task"
)

// silent is an error that cannot be asked for its text when it is nil.
type silent struct{ text string }

func (s *silent) Error() string { return s.text }

// rude is an error one of whose methods panics.
type rude struct{ method string }

func (r rude) call(method string) {
	if r.method == method {
		panic(method + " is not for you")
	}
}

func (r rude) Error() string { r.call("Error"); return "rude" }
func (r rude) Is(error) bool { r.call("Is"); return false }
func (r rude) As(any) bool   { r.call("As"); return false }
func (r rude) Unwrap() error { r.call("Unwrap"); return nil }

// unsound are errors that cannot be told, and what is told in their place.
func unsound() map[string]struct {
	err  error
	says string
} {
	var none *silent
	return map[string]struct {
		err  error
		says string
	}{
		"nil":               {none, "in a method of the error that was returned, a nil *task_test.silent: return nil itself"},
		"nil of ours":       {(*task.Error)(nil), "a nil *task.Error"},
		"nil with a kind":   {task.WithKind("quota", none), "a nil *task_test.silent"},
		"nil with a mark":   {task.NotRetryable(none), "a nil *task_test.silent"},
		"wrapped nil":       {wrapping{none}, "a nil *task_test.silent"},
		"joined nil":        {errors.Join(errQuota, none), "panic: runtime error: invalid memory address"},
		"Error that panics": {rude{"Error"}, "panic: Error is not for you (in a method of the error that was returned, a task_test.rude)"},
		"Is":                {rude{"Is"}, "panic: Is is not for you"},
		"As":                {fmt.Errorf("x: %w", rude{"As"}), "panic: As is not for you"},
		"Unwrap":            {rude{"Unwrap"}, "panic: Unwrap is not for you"},
	}
}

// wrapping has a text of its own.
type wrapping struct{ err error }

func (w wrapping) Error() string { return "wrapping" }
func (w wrapping) Unwrap() error { return w.err }

// requirePanic requires what stands in the place of such an error.
func requirePanic(t *testing.T, err error, says string) {
	t.Helper()
	var e *task.Error
	require.ErrorAs(t, err, &e)
	require.NotNil(t, e)
	require.Equal(t, task.KindPanic, e.Kind)
	require.ErrorIs(t, err, task.Kind(task.KindPanic))
	require.Contains(t, err.Error(), "panic: ")
	require.Contains(t, err.Error(), says)
	require.Contains(t, e.Stack, "goroutine ")
	require.Contains(t, e.Stack, "framework/task/")
}

func TestErrorsWhoseMethodsPanic(t *testing.T) {
	t.Parallel()

	for name, c := range unsound() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code := task.New("code", func(context.Context, int) (int, error) { return 1, c.err })
			_, err := code.Call(t.Context(), 0)
			requirePanic(t, err, c.says)
			_, err = code.Serve(t.Context(), []byte("0"))
			requirePanic(t, err, c.says)

			requirePanic(t, task.Portable(c.err), c.says)
			require.Equal(t, task.KindPanic, task.KindOf(c.err))
			require.True(t, task.IsKind(c.err, task.KindPanic))
			require.False(t, task.IsKind(c.err, "other"))
			require.Equal(t, name != "nil with a mark", task.IsRetryable(c.err))

			ended, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
			defer cancel()
			<-ended.Done()
			require.Equal(t, task.KindPanic, task.KindOf(task.Classify(ended, c.err)))
		})
	}
}

// TestPanicsWithSuchErrors are panics of the code, which come first.
func TestPanicsWithSuchErrors(t *testing.T) {
	t.Parallel()

	for name, c := range unsound() {
		_, err := task.New("code", func(context.Context, int) (int, error) { panic(c.err) }).Call(t.Context(), 0)
		var e *task.Error
		require.ErrorAs(t, err, &e, name)
		require.Equal(t, task.KindPanic, e.Kind)
		require.Contains(t, e.Stack, "broken_test.go")
	}
}

// TestSoundErrorsStayWhatTheyAre where nothing crosses a boundary.
func TestSoundErrorsStayWhatTheyAre(t *testing.T) {
	t.Parallel()

	for _, want := range []error{errQuota, rude{}, &silent{"x"}, task.WithKind("quota", errQuota), nil} {
		_, err := task.New("code", func(context.Context, int) (int, error) { return 1, want }).Call(t.Context(), 0)
		require.Equal(t, want, err)
	}
}
