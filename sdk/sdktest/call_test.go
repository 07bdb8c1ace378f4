package sdktest_test

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/sdk"
	"github.com/signalbox-go/signalbox/sdk/sdktest"
)

var errQuota = errors.New("quota used up")

type point struct{ X, Y float64 }

var (
	double = sdk.TaskFunc("double", func(_ context.Context, x int) (int, error) { return 2 * x, nil })
	mirror = sdk.TaskFunc("mirror", func(_ context.Context, p point) (point, error) { return point{p.Y, p.X}, nil })
	floats = sdk.TaskFunc("floats", func(_ context.Context, x float64) (float64, error) { return x, nil }).CBOR()
	raw    = sdk.TaskFunc("raw", func(_ context.Context, b []byte) ([]byte, error) { return append(b, '!'), nil })
	proto  = sdk.TaskFunc("proto", func(_ context.Context, v *wrapperspb.StringValue) (*wrapperspb.StringValue, error) {
		return wrapperspb.String(v.GetValue() + "!"), nil
	})
	open = sdk.TaskFunc("open", func(_ context.Context, path string) (int, error) {
		_, err := os.Open(path)
		return 0, err
	})
	fail = sdk.TaskFunc("fail", func(_ context.Context, how string) (int, error) {
		switch how {
		case "quota":
			return 0, sdk.NotRetryable(sdk.WithKind("quota", errors.Join(errors.New("first"), errQuota)))
		case "panic":
			panic("boom")
		case "exit":
			runtime.Goexit()
		case "invalid":
			return 0, errors.New("cannot read \xff\xfe")
		case "long":
			return 0, errors.New(strings.Repeat("x", 1<<20))
		}
		return 0, nil
	})
	wait = sdk.TaskFunc("wait", func(ctx context.Context, _ int) (int, error) {
		<-ctx.Done()
		return 0, ctx.Err()
	})
	info = sdk.TaskFunc("info", func(ctx context.Context, _ int) (sdk.Info, error) {
		i, _ := sdk.InfoFrom(ctx)
		return i, nil
	})
)

func TestPayloads(t *testing.T) {
	t.Parallel()
	p := sdktest.Start(t, double, mirror, floats, raw, proto)

	n, err := sdktest.Call(t.Context(), p, double, 21)
	require.NoError(t, err)
	require.Equal(t, 42, n)

	m, err := sdktest.Call(t.Context(), p, mirror, point{1, 2})
	require.NoError(t, err)
	require.Equal(t, point{2, 1}, m)

	f, err := sdktest.Call(t.Context(), p, floats, math.Inf(1))
	require.NoError(t, err)
	require.True(t, math.IsInf(f, 1))

	b, err := sdktest.Call(t.Context(), p, raw, []byte("a\x00"))
	require.NoError(t, err)
	require.Equal(t, []byte("a\x00!"), b)

	v, err := sdktest.Call(t.Context(), p, proto, wrapperspb.String("a"))
	require.NoError(t, err)
	require.Equal(t, "a!", v.GetValue())
}

func TestWrongPayloads(t *testing.T) {
	t.Parallel()
	p := sdktest.Host{MaxMessage: 2000}.Start(t, mirror, raw, floats)

	_, err := sdktest.Call(t.Context(), p, mirror, point{X: math.NaN()})
	require.ErrorContains(t, err, `"X"`)
	require.True(t, task.IsKind(err, task.KindEncode), "%v", err)

	// What the host believes the task to take, its plugin may not.
	_, err = sdktest.Call(t.Context(), p, task.Named[map[string]string, point]("mirror"), map[string]string{"X": "a"})
	require.True(t, task.IsKind(err, task.KindDecode), "%v", err)
	require.ErrorContains(t, err, "mirror")
	require.ErrorContains(t, err, `field "X"`)

	_, err = sdktest.Call(t.Context(), p, task.Named[point, string]("mirror"), point{})
	require.True(t, task.IsKind(err, task.KindDecode), "%v", err)

	// Nor in the encoding in which it believes so.
	for name, c := range map[string]struct {
		def  *task.Def[float64, float64]
		says string
	}{
		"floats": {task.Named[float64, float64]("floats"), "input came as application/json, expected application/cbor"},
		"mirror": {task.Named[float64, float64]("mirror").CBOR(), "input came as application/cbor, expected application/json"},
	} {
		_, err = sdktest.Call(t.Context(), p, c.def, 1)
		require.True(t, task.IsKind(err, task.KindDecode), "%v", err)
		require.ErrorContains(t, err, "task "+name+": "+c.says)
	}
	_, err = sdktest.Call(t.Context(), p, task.Named[point, []byte]("mirror"), point{})
	require.True(t, task.IsKind(err, task.KindDecode), "%v", err)
	require.ErrorContains(t, err, "output came as application/json, expected application/octet-stream")

	_, err = sdktest.Call(t.Context(), p, raw, make([]byte, 2001))
	require.True(t, task.IsKind(err, task.KindEncode), "%v", err)
	require.ErrorContains(t, err, "2001 bytes")

	_, err = sdktest.Call(t.Context(), p, raw, make([]byte, 2000))
	require.True(t, task.IsKind(err, task.KindEncode), "the output is longer: %v", err)

	_, err = sdktest.Call(t.Context(), p, task.Named[int, int]("mirro"), 1)
	require.True(t, task.IsKind(err, task.KindUnknownTask), "%v", err)
	require.ErrorContains(t, err, "floats, mirror, raw")
}

func TestErrorsCross(t *testing.T) {
	t.Parallel()
	p := sdktest.Start(t, open, fail)

	_, err := sdktest.Call(t.Context(), p, open, "/no/such/file")
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.EqualError(t, err, "open /no/such/file: no such file or directory")
	require.True(t, task.IsRetryable(err))

	_, err = sdktest.Call(t.Context(), p, fail, "quota")
	require.ErrorIs(t, err, errQuota)
	require.ErrorIs(t, err, task.Kind("quota"))
	require.False(t, task.IsRetryable(err))

	_, err = sdktest.Call(t.Context(), p, fail, "panic")
	var e *task.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, task.KindPanic, e.Kind)
	require.Equal(t, "panic: boom", e.Message)
	require.Contains(t, e.Stack, "call_test.go")

	_, err = sdktest.Call(t.Context(), p, fail, "exit")
	require.True(t, task.IsKind(err, task.KindPanic), "%v", err)
	require.ErrorContains(t, err, "Goexit")

	_, err = sdktest.Call(t.Context(), p, fail, "invalid")
	require.EqualError(t, err, "cannot read \uFFFD", "protobuf has no other text")

	_, err = sdktest.Call(t.Context(), p, fail, "long")
	require.ErrorContains(t, err, "xxx")
	require.Less(t, len(err.Error()), 1<<20)

	_, err = sdktest.Call(t.Context(), p, fail, "")
	require.NoError(t, err, "the plugin lives on")
}

func TestContextReachesTheCode(t *testing.T) {
	t.Parallel()
	p := sdktest.Start(t, wait, double)

	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	_, err := sdktest.Call(ctx, p, wait, 1)
	require.True(t, task.IsKind(err, task.KindDeadline), "%v", err)
	require.ErrorIs(t, err, context.DeadlineExceeded)

	// The second call waits for the first, which has begun.
	begun := make(chan struct{})
	hold := sdk.TaskFunc("hold", func(ctx context.Context, _ int) (int, error) {
		close(begun)
		<-ctx.Done()
		return 7, nil
	})
	p = sdktest.Start(t, hold, double)
	ctx, cancel = context.WithCancel(t.Context())
	behind, drop := context.WithCancelCause(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		n, err := sdktest.Call(ctx, p, hold, 1)
		require.NoError(t, err, "a cancelled call may still have a result")
		require.Equal(t, 7, n)
	})
	<-begun
	wg.Go(func() {
		_, err := sdktest.Call(behind, p, double, 1)
		require.ErrorIs(t, err, errQuota)
		require.True(t, task.IsKind(err, task.KindCancelled), "%v", err)
	})
	drop(errQuota)
	cancel()
	wg.Wait()
	n, err := sdktest.Call(t.Context(), p, double, 1)
	require.NoError(t, err)
	require.Equal(t, 2, n)
}

func TestCancelledErrorHasItsKind(t *testing.T) {
	t.Parallel()
	begun := make(chan struct{})
	hold := sdk.TaskFunc("hold", func(ctx context.Context, _ int) (int, error) {
		close(begun)
		<-ctx.Done()
		return 0, ctx.Err()
	})
	p := sdktest.Start(t, hold)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-begun; cancel() }()
	_, err := sdktest.Call(ctx, p, hold, 1)
	require.True(t, task.IsKind(err, task.KindCancelled), "%v", err)
	require.ErrorIs(t, err, context.Canceled)
}

func TestCodeThatDoesNotStop(t *testing.T) {
	t.Parallel()
	free, begun, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
	deaf := sdk.TaskFunc("deaf", func(context.Context, int) (int, error) {
		close(begun)
		<-free
		defer close(ended)
		return 0, nil
	})
	p := sdktest.Host{Grace: time.Millisecond}.Start(t, deaf)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-begun; cancel() }()
	_, err := sdktest.Call(ctx, p, deaf, 1)
	require.True(t, task.IsKind(err, task.KindWorkerLost), "%v", err)
	require.ErrorContains(t, err, "task deaf did not stop within 1ms")

	_, err = sdktest.Call(t.Context(), p, deaf, 1)
	require.ErrorContains(t, err, "session has ended")
	close(free)
	<-ended
}

func TestCallsFromManyGoroutines(t *testing.T) {
	t.Parallel()
	p := sdktest.Start(t, double)
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			n, err := sdktest.Call(t.Context(), p, double, i)
			require.NoError(t, err)
			require.Equal(t, 2*i, n)
		})
	}
	wg.Wait()
}

func TestInfo(t *testing.T) {
	t.Parallel()
	p := sdktest.Host{Worker: 3}.Start(t, info)
	for future := range uint64(2) {
		got, err := sdktest.Call(t.Context(), p, info, 0)
		require.NoError(t, err)
		require.Equal(t, sdk.Info{Task: "info", Future: future + 1, Attempt: 1, Worker: 3}, got)
	}
}
