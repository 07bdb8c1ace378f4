package retry_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/extension/retry"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/sdk"
)

// deadly takes its process down in its first attempts, as many as it is told.
var deadly = sdk.TaskFunc("deadly", func(ctx context.Context, deaths int) (int, error) {
	info, _ := sdk.InfoFrom(ctx)
	if info.Attempt <= deaths {
		os.Exit(7)
	}
	return info.Attempt, nil
})

var pid = sdk.TaskFunc("pid", func(context.Context, struct{}) (int, error) { return os.Getpid(), nil })

func TestWorkersThatDie(t *testing.T) {
	t.Parallel()
	quick := retry.Backoff(time.Millisecond, 10*time.Millisecond)
	for name, c := range map[string]struct {
		opts     []retry.Option
		deaths   int
		attempts int
		lost     uint64
		fails    bool
	}{
		"once":                        {[]retry.Option{quick}, 1, 2, 1, false},
		"no third worker":             {[]retry.Option{quick, retry.Attempts(5)}, 2, 2, 2, true},
		"a third worker, as is said":  {[]retry.Option{quick, retry.Attempts(5), retry.WorkersLost(3)}, 2, 3, 2, false},
		"only errors of another kind": {[]retry.Option{quick, retry.On("quota")}, 1, 1, 1, true},
		"of this kind":                {[]retry.Option{quick, retry.On(task.KindWorkerLost)}, 1, 2, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := quiet(process.Self(1))
			tsk := scheduler.NewTask(s, deadly, retry.New(c.opts...))
			innocent := scheduler.NewTask(s, pid)
			told := 0
			event.On(tsk, retry.RetryScheduled, func(r retry.Scheduled) {
				told++
				if !task.IsKind(r.Err, task.KindWorkerLost) {
					t.Errorf("got %v", r.Err)
				}
			})
			start(t, s)
			f := submit(t, tsk, c.deaths)
			bystander := submit(t, innocent, struct{}{})
			wait(t, s)
			require.NoError(t, bystander.Err())
			require.Equal(t, c.attempts, f.Attempt())
			require.Equal(t, c.attempts-1, told)
			require.Equal(t, c.lost, s.Workers().Lost)
			if !c.fails {
				require.NoError(t, f.Err())
				require.Equal(t, c.attempts, f.Value(), "the code knows its attempt")
				return
			}
			require.Equal(t, task.KindWorkerLost, task.KindOf(f.Err()))
			var all *retry.Error
			if c.attempts > 1 {
				require.ErrorAs(t, f.Err(), &all)
				require.Len(t, all.Attempts, c.attempts)
			}
		})
	}
}
