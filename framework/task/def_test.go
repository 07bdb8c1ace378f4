package task_test

import (
	"context"
	"errors"
	"io"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/task"
)

func TestDefTellsWhatItIs(t *testing.T) {
	t.Parallel()

	d := task.New("count", func(context.Context, string) (int, error) { return 0, nil })
	require.Equal(t, []string{"count", "count", ""}, []string{d.Name(), d.Code(), d.Executor()})
	require.True(t, d.Linked())
	require.Equal(t, reflect.TypeFor[string](), d.InputType())
	require.Equal(t, reflect.TypeFor[int](), d.OutputType())
	require.False(t, task.Named[string, int]("count").Linked())
}

func TestDefsAreNeverChanged(t *testing.T) {
	t.Parallel()

	d := task.New("count", func(context.Context, string) ([]byte, error) { return nil, nil })
	changed := d.As("mine").On("gpu").CBOR()
	require.Equal(t, []string{"mine", "count", "gpu"}, []string{changed.Name(), changed.Code(), changed.Executor()})
	require.Equal(t, task.ContentCBOR, changed.InputCodec().ContentType())
	require.Equal(t, task.ContentBytes, changed.OutputCodec().ContentType(), "raw bytes stay what they are")
	require.Equal(t, []string{"count", "count", ""}, []string{d.Name(), d.Code(), d.Executor()})
	require.Equal(t, task.ContentJSON, d.InputCodec().ContentType())
	require.True(t, changed.Linked())
}

func TestDefMisusePanics(t *testing.T) {
	t.Parallel()

	const noName = "task: a task needs a name"
	require.PanicsWithValue(t, `task: "count" needs a function, not nil`, func() { task.New[int, int]("count", nil) })
	require.PanicsWithValue(t, noName, func() { task.New("", echo[int]) })
	require.PanicsWithValue(t, noName, func() { task.Named[int, int]("") })
	require.PanicsWithValue(t, noName, func() { task.New("x", echo[int]).As("") })
}

func TestCallTurnsPanicsIntoErrors(t *testing.T) {
	t.Parallel()

	d := task.New("fail", func(_ context.Context, v any) (int, error) { panic(v) })
	_, err := d.Call(t.Context(), "boom")
	var e *task.Error
	require.ErrorAs(t, err, &e)
	require.EqualError(t, err, "panic: boom")
	require.Equal(t, task.KindPanic, e.Kind)
	require.Contains(t, e.Stack, "def_test.go")
	_, err = d.Call(t.Context(), io.ErrClosedPipe)
	require.ErrorIs(t, err, io.ErrClosedPipe)

	_, err = d.Serve(t.Context(), []byte(`"boom"`))
	require.ErrorAs(t, err, &e)
	require.Equal(t, task.KindPanic, e.Kind)
	require.NotEmpty(t, e.Stack)
}

func TestCallTakesTheInputAsItIs(t *testing.T) {
	t.Parallel()

	ptr, err := task.New("t", echo[*int]).Call(t.Context(), nil)
	require.NoError(t, err)
	require.Nil(t, ptr)
	out, err := task.New("t", echo[any]).Call(t.Context(), nil)
	require.NoError(t, err, "a nil interface is an input")
	require.Nil(t, out)
}

func TestServeMakesErrorsPortable(t *testing.T) {
	t.Parallel()

	d := task.New("t", func(context.Context, int) (int, error) {
		return 0, task.NotRetryable(task.WithKind("quota", errQuota))
	})
	_, err := d.Serve(t.Context(), []byte("1"))
	var e *task.Error
	require.True(t, errors.As(err, &e))
	require.Equal(t, "quota", e.Kind)
	require.True(t, e.NotRetryable)
	require.Equal(t, []task.Cause{{Type: "*errors.errorString", Text: "no quota left"}}, e.Causes)
}

func TestCodeDoesNotBeginAfterItsDeadline(t *testing.T) {
	t.Parallel()
	d := task.New("x", func(context.Context, int) (int, error) { return 0, errors.New("it ran") })
	ctx, cancel := context.WithTimeout(t.Context(), -time.Second)
	defer cancel()
	_, err := d.Call(ctx, 1)
	require.EqualError(t, err, "deadline passed before the code began: context deadline exceeded")
	require.Equal(t, task.KindDeadline, task.KindOf(err))
	_, err = d.Serve(ctx, []byte("1"))
	require.True(t, task.IsKind(err, task.KindDeadline))
	cancelled, stop := context.WithCancel(t.Context())
	stop()
	_, err = d.Call(cancelled, 1)
	require.EqualError(t, err, "it ran", "whether it heeds its cancellation is the code's affair")
}
