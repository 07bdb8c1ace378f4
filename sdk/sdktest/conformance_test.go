package sdktest_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/eventplugin"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/sdk"
	"github.com/signalbox-go/signalbox/sdk/sdktest"
)

// Tasks of the host that the kit is compared with.
var (
	doubling = sdk.TaskFunc("double", func(_ context.Context, x int) (int, error) {
		if x < 0 {
			return 0, sdk.WithKind("sign", errors.New("negative"))
		}
		return 2 * x, nil
	})
	waiting = sdk.TaskFunc("wait", func(ctx context.Context, _ int) (int, error) {
		<-ctx.Done()
		return 0, context.Cause(ctx)
	})
)

// host makes a scheduler with an event plugin in a process made of this binary.
func host(t *testing.T, exec scheduler.Executor, plugin string, config witnessConfig, allow ...string) (*scheduler.Scheduler, *scheduler.Task[int, int]) {
	t.Helper()
	s := scheduler.New(exec, scheduler.Observed(eventplugin.New(eventplugin.Self(plugin,
		eventplugin.Config(map[string]any{"file": config.File}), eventplugin.Allow(allow...)))))
	scheduler.NewTask(s, waiting)
	return s, scheduler.NewTask(s, doubling)
}

func toEnd(t *testing.T, s *scheduler.Scheduler, opts ...scheduler.RunOption) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, err := s.Run(ctx, append(opts, scheduler.ExceptionPolicy(scheduler.Continue), scheduler.CancellationPolicy(scheduler.Continue))...)
	require.NoError(t, err)
	require.NoError(t, ctx.Err())
}

func lines(t *testing.T, c witnessConfig) []string {
	t.Helper()
	data, err := os.ReadFile(c.File)
	require.NoError(t, err)
	return strings.Split(strings.TrimSpace(string(data)), "\n")
}

// TestTheKitTellsWhatAHostTells has a plugin write down what it hears, in a
// process that is attached to a scheduler, and in the kit.
func TestTheKitTellsWhatAHostTells(t *testing.T) {
	t.Parallel()
	inProcess, inKit := witnessConfig{filepath.Join(t.TempDir(), "real")}, witnessConfig{filepath.Join(t.TempDir(), "kit")}

	s, double := host(t, local.Sequential(), "witness", inProcess)
	steps := []func(*scheduler.Future[int]){
		func(*scheduler.Future[int]) { event.Emit(s, event.New[string]("mine"), "yes") },
		func(*scheduler.Future[int]) { event.Emit(double, event.New[int]("halfway"), 50) },
	}
	submit := func(x int) {
		f, err := double.Submit(x)
		require.NoError(t, err)
		f.OnDone(func(f *scheduler.Future[int]) {
			if len(steps) > 0 {
				steps[0](f)
				steps = steps[1:]
			}
		})
	}
	inputs := []int{1, -2, 3, 4}
	next := func() {
		if len(inputs) > 0 {
			submit(inputs[0])
			inputs = inputs[1:]
			return
		}
		s.Stop()
	}
	s.OnStart.Do(next)
	s.OnEmpty.Do(next)
	toEnd(t, s, scheduler.KeepRunning())

	p := sdktest.Host{Config: inKit}.Attach(t, witness, waiting, doubling)
	p.Start()
	p.Submit("double", 1)
	p.Result("double", 2)
	p.Tell(sdk.Record{Kind: sdk.KindEmpty})
	p.Emit("mine", "yes")
	p.Submit("double", -2)
	p.Exception("double", sdk.WithKind("sign", errors.New("negative")))
	p.Tell(sdk.Record{Kind: sdk.KindEmpty})
	p.Tell(sdk.Record{Kind: sdk.KindEmitted, Task: "double", Name: "halfway", Payload: sdk.Payload{ContentType: "application/json", Data: []byte("50")}})
	for x := range 2 {
		p.Submit("double", x+3)
		p.Result("double", 2*(x+3))
		p.Tell(sdk.Record{Kind: sdk.KindEmpty})
	}
	p.Tell(sdk.Record{Kind: sdk.KindStop})
	p.Finish()

	require.Equal(t, lines(t, inProcess), lines(t, inKit))
}

// TestTheKitAnswersAsAHostDoes has a plugin ask for everything.
func TestTheKitAnswersAsAHostDoes(t *testing.T) {
	t.Parallel()
	allow := eventplugin.Permissions()
	inProcess, inKit := witnessConfig{filepath.Join(t.TempDir(), "real")}, witnessConfig{filepath.Join(t.TempDir(), "kit")}
	s, _ := host(t, process.Self(1), "asker", inProcess, allow...)
	toEnd(t, s, scheduler.KeepRunning())

	p := sdktest.Host{Config: inKit, Allow: allow}.Attach(t, asker, waiting, doubling)
	p.Start()
	p.Finish()
	require.Equal(t, lines(t, inProcess), lines(t, inKit))
}
