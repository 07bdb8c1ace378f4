//go:build linux

package process_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/pluginproc"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/sdk"
)

// TestSurroundings is not parallel, as it changes this process's environment.
func TestSurroundings(t *testing.T) {
	t.Setenv("PROCESS_TEST_SECRET", "hunter2")
	t.Setenv("LC_MESSAGES", "C.UTF-8")
	t.Setenv("TZ", "Europe/Berlin")
	dir, err := filepath.EvalSymlinks(tempDir(t))
	require.NoError(t, err)
	r := newRig(t, 2, process.Args("-level", "7", "x y"), process.Dir(dir),
		process.Env(map[string]string{"OWN": "a=b", "TZ": "UTC"}), process.Env(map[string]string{"MORE": ""}),
		process.Config(setting{Greeting: "hello"}))
	r.begin()
	var futures []*scheduler.Future[around]
	for range 10 {
		futures = append(futures, submit(t, r.Scheduler, surroundings, 0))
	}
	for _, f := range futures {
		await(t, f)
		require.NoError(t, f.Err())
		a := f.Value().(around)
		require.Equal(t, []string{"-level", "7", "x y"}, a.Args)
		require.Equal(t, dir, a.Dir)
		require.Equal(t, "hello", a.Greeting)
		for _, want := range []string{"OWN=a=b", "MORE=", "TZ=UTC", "LC_MESSAGES=C.UTF-8", "PATH=" + os.Getenv("PATH")} {
			require.Contains(t, a.Env, want)
		}
		require.NotContains(t, a.Env, "TZ=Europe/Berlin")
		for _, e := range a.Env {
			require.NotContains(t, e, "hunter2")
			require.NotContains(t, e, "SIGNALBOX_", "programs that a task starts are no workers")
		}
	}
	r.finish()
}

func TestDefaultSurroundings(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	r.begin()
	a, err := get(t, r.Scheduler, surroundings, 0)
	require.NoError(t, err)
	here, err := os.Getwd()
	require.NoError(t, err)
	require.Equal(t, here, a.Dir)
	require.Empty(t, a.Args)
	require.Empty(t, a.Greeting)
	r.finish()
}

func TestOneWorkerPerCPU(t *testing.T) {
	t.Parallel()
	r := newRig(t, 0)
	r.begin()
	require.Equal(t, runtime.GOMAXPROCS(0), r.Snapshot().Executors[0].Workers)
	require.Len(t, processes(r.mark), runtime.GOMAXPROCS(0))
	r.finish()
	require.Equal(t, uint64(runtime.GOMAXPROCS(0)), r.Workers().Started)
}

// TestSeveralPlugins has tasks run on the executors that they are bound to.
func TestSeveralPlugins(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	require.NoError(t, err)
	mark := uuid.NewString()
	plugin := func(name string, env map[string]string) *process.Executor {
		return process.Plugin(self, process.Name(name), process.Workers(1), process.Env(map[string]string{markEnv: mark}),
			process.Env(env), process.Grace(quickGrace))
	}
	one := plugin("one", map[string]string{"NAME": "one"})
	s := scheduler.New(one, scheduler.Also(plugin("two", map[string]string{"NAME": "two"}), plugin("peer", map[string]string{actEnv: peerAct})))
	first := scheduler.NewTask(s, surroundings.As("first").On("one"))
	second := scheduler.NewTask(s, surroundings.As("second").On("two"))
	third := scheduler.NewTask(s, echo) // only one has it
	require.NoError(t, s.Start(context.Background()))
	t.Cleanup(func() {
		s.Kill("the test is over", nil)
		_, _ = s.Wait()
		require.Empty(t, processes(mark))
	})
	require.Len(t, processes(mark), 3)
	for range 5 {
		a, err := first.Call(t.Context(), 0)
		require.NoError(t, err)
		require.Contains(t, a.Env, "NAME=one")
		b, err := second.Call(t.Context(), 0)
		require.NoError(t, err)
		require.Contains(t, b.Env, "NAME=two")
		c, err := third.Call(t.Context(), 7)
		require.NoError(t, err)
		require.Equal(t, 7, c)
	}
	_, err = scheduler.AddTask(s, pid)
	require.ErrorContains(t, err, "choose one of one, two, peer with On")
	require.Contains(t, one.Codes(), "pid")
}

// TestPluginsAreStartedTogether starts none if one cannot be started.
func TestPluginsAreStartedTogether(t *testing.T) {
	t.Parallel()
	mark := uuid.NewString()
	env := process.Env(map[string]string{markEnv: mark})
	s := scheduler.New(process.Self(2, env), scheduler.Also(process.Plugin("/no/such/plugin", env)))
	err := s.Start(context.Background())
	require.ErrorIs(t, err, pluginproc.ErrNotFound)
	require.Empty(t, processes(mark))
}

func TestSchedulerInsideAWorker(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	r.begin()
	text, err := get(t, r.Scheduler, nest, 0)
	require.NoError(t, err)
	require.Contains(t, text, process.ErrInsideWorker.Error())
	require.Len(t, processes(r.mark), 1)
	r.finish()
}

// TestTaskThatWasNotPassed is one that this program has and its workers do not.
func TestTaskThatWasNotPassed(t *testing.T) {
	t.Parallel()
	stray := sdk.TaskFunc("stray", func(context.Context, int) (int, error) { return 0, nil })
	r := newRig(t, 1)
	_, err := scheduler.AddTask(r.Scheduler, stray)
	require.ErrorIs(t, err, scheduler.ErrUnknownTask)
	require.ErrorContains(t, err, `pass the definition of "stray" to sdk.ServeIfPlugin too`)
	_, err = scheduler.AddTask(r.Scheduler, task.Named[int, int]("pidd"))
	require.ErrorContains(t, err, `did you mean "pid"?`)
	_, err = scheduler.Submit(r.Scheduler, stray, 1)
	require.ErrorIs(t, err, scheduler.ErrUnknownTask)
}

// TestOptionsOutOfRange are errors of the start.
func TestOptionsOutOfRange(t *testing.T) {
	t.Parallel()
	for want, opts := range map[string][]process.Option{
		"-1 workers are out of range":           {process.Workers(-1)},
		"a grace of -1ns is out of range":       {process.Grace(-1)},
		"-1 tasks per process are out of range": {process.MaxTasksPerProcess(-1)},
		"a memory bound of -1 bytes is out of":  {process.MaxRSS(-1)},
		"-1 threads are out of range":           {process.Threads(-1)},
		"nice level 20 is out of range":         {process.Nice(20)},
		"a start timeout of 0s is out of range": {process.StartTimeout(0)},
		"a SHA-256 has 64 hexadecimal digits":   {process.SHA256("abc")},
		"no such file or directory":             {process.Dir("/no/such/folder")},
		`environment variable "A=B"`:            {process.Env(map[string]string{"A=B": "c"})},
		"the file's SHA-256 is ":                {process.SHA256(fmt.Sprintf("%064x", 1))},
	} {
		r := newRig(t, 1, opts...)
		require.ErrorContains(t, r.Start(context.Background()), want)
		require.Empty(t, processes(r.mark))
	}
}

// TestOneExecutorOfTwoSchedulers is refused.
func TestOneExecutorOfTwoSchedulers(t *testing.T) {
	t.Parallel()
	r, w := newWatched(t, 1)
	r.begin()
	other := scheduler.New(w.Executor)
	require.ErrorContains(t, other.Start(context.Background()), "the executor is started already: give each scheduler one of its own")
	_, err := get(t, r.Scheduler, pid, 0)
	require.NoError(t, err, "the first is not disturbed")
	r.finish()
}
