//go:build linux

package resources_test

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/sdk"
)

const (
	hogEnv  = "RESOURCES_TEST_HOG"  // this binary is to use as many bytes, and to stay
	markEnv = "RESOURCES_TEST_MARK" // by which a test finds its processes
)

const (
	patience   = time.Minute
	quickGrace = 100 * time.Millisecond
	mebibyte   = 1 << 20
)

// TestMain makes this binary its own worker, and a program that uses memory.
func TestMain(m *testing.M) {
	if n, err := strconv.Atoi(os.Getenv(hogEnv)); err == nil {
		use(n)
		select {}
	}
	sdk.ServeIfPlugin(double, sleep, deaf, spin, hog, fork, daemon, work, cgroup)
	goleak.VerifyTestMain(m)
}

// kept keeps memory in use.
var kept [][]byte

// use takes that many bytes, as fast as it can; without end if it is negative.
func use(bytes int) {
	for taken := 0; bytes < 0 || taken < bytes; taken += mebibyte {
		b := make([]byte, mebibyte)
		for i := 0; i < len(b); i += 4096 {
			b[i] = 1
		}
		kept = append(kept, b)
	}
}

var double = sdk.TaskFunc("double", func(_ context.Context, n int) (int, error) { return 2 * n, nil })

// sleep heeds its context.
var sleep = sdk.TaskFunc("sleep", func(ctx context.Context, d time.Duration) (time.Duration, error) {
	select {
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-time.After(d):
		return d, nil
	}
})

// deaf does not.
var deaf = sdk.TaskFunc("deaf", func(_ context.Context, d time.Duration) (time.Duration, error) {
	time.Sleep(d) // not synchronisation: it is what the code does
	return d, nil
})

var spin = sdk.TaskFunc("spin", func(_ context.Context, d time.Duration) (time.Duration, error) {
	for began := time.Now(); d < 0 || time.Since(began) < d; {
	}
	return d, nil
})

// work does the same work each time, of which 100,000 steps take about a
// millisecond.
var work = sdk.TaskFunc("work", func(_ context.Context, steps int) (int, error) {
	x := uint64(1)
	for range steps {
		for range 8 {
			x ^= x << 13
			x ^= x >> 7
			x ^= x << 17
		}
	}
	return int(x & 1), nil
})

// cgroup returns the control groups of its process.
var cgroup = sdk.TaskFunc("cgroup", func(context.Context, int) (string, error) {
	text, err := os.ReadFile("/proc/self/cgroup")
	return string(text), err
})

// hog keeps what it uses, and returns its process.
var hog = sdk.TaskFunc("hog", func(_ context.Context, bytes int) (int, error) {
	use(bytes)
	return os.Getpid(), nil
})

// fork has other programs use the memory, that many bytes each.
var fork = sdk.TaskFunc("fork", func(_ context.Context, bytes int) (int, error) {
	for range 3 {
		if err := startHog(bytes, false); err != nil {
			return 0, err
		}
	}
	select {}
})

// daemon has a program use the memory that has a session of its own.
var daemon = sdk.TaskFunc("daemon", func(_ context.Context, bytes int) (int, error) {
	if err := startHog(bytes, true); err != nil {
		return 0, err
	}
	select {}
})

func startHog(bytes int, away bool) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), hogEnv+"="+strconv.Itoa(bytes))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: away}
	return cmd.Start()
}

// rig is a scheduler on workers made of this binary, whose processes it knows.
type rig struct {
	*scheduler.Scheduler
	t    *testing.T
	mark string
}

func newRig(t *testing.T, workers int, opts ...process.Option) *rig {
	t.Helper()
	mark := uuid.NewString()
	opts = append([]process.Option{process.Env(map[string]string{markEnv: mark}), process.Grace(quickGrace)}, opts...)
	s := scheduler.New(process.Self(workers, opts...), scheduler.Logger(slog.New(slog.DiscardHandler)))
	return &rig{s, t, mark}
}

// begin starts a run that is over with the test.
func (r *rig) begin() {
	r.t.Helper()
	require.NoError(r.t, r.Start(context.Background(), scheduler.ExceptionPolicy(scheduler.Continue), scheduler.CancellationPolicy(scheduler.Continue)))
	r.t.Cleanup(func() {
		r.Kill("the test is over", nil)
		_, _ = r.Wait()
		require.Empty(r.t, processes(r.mark), "processes are left")
	})
}

// end waits for the end of the run, at which nothing is left.
func (r *rig) end() {
	r.t.Helper()
	_, err := r.Wait()
	require.NoError(r.t, err)
	require.Empty(r.t, processes(r.mark), "processes are left")
	counts := r.Counts()
	require.Equal(r.t, counts.Submitted, counts.Results+counts.Exceptions+counts.Cancelled)
	require.Zero(r.t, counts.Late)
}

// processes returns those that carry the mark and are not dead.
func processes(mark string) (pids []string) {
	found, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range found {
		// What cannot be read is gone, a zombie or somebody else's.
		if env, err := os.ReadFile(path); err == nil && strings.Contains(string(env), markEnv+"="+mark) {
			pids = append(pids, path)
		}
	}
	return pids
}

func submit[In, Out any](t *testing.T, of *scheduler.Task[In, Out], in In, opts ...scheduler.CallOption) *scheduler.Future[Out] {
	t.Helper()
	f, err := of.Submit(in, opts...)
	require.NoError(t, err)
	return f
}

func await(t *testing.T, f scheduler.AnyFuture) {
	t.Helper()
	select {
	case <-f.Done():
	case <-time.After(patience):
		require.FailNow(t, "the future does not end", "task %s, state %s", f.Task(), f.State())
	}
}

// get submits a call and returns its outcome.
func get[In, Out any](t *testing.T, of *scheduler.Task[In, Out], in In) (Out, error) {
	t.Helper()
	f := submit(t, of, in)
	await(t, f)
	out, err, _ := f.Result()
	return out, err
}

// requireLimit requires that a call failed by a limit.
func requireLimit(t *testing.T, err error, kind string) *scheduler.LimitError {
	t.Helper()
	var reached *scheduler.LimitError
	require.ErrorAs(t, err, &reached)
	require.Equal(t, kind, task.KindOf(err), "%v", err)
	require.ErrorIs(t, err, task.Kind(kind))
	require.Equal(t, kind, reached.Limit)
	require.GreaterOrEqual(t, reached.Seen, reached.Allowed)
	return reached
}
