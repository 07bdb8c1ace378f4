package retry_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/extension/resources"
	"github.com/signalbox-go/signalbox/framework/extension/retry"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/sdk"
)

const mib = 1 << 20

// hungry uses so many MiB for a moment.
var hungry = sdk.TaskFunc("hungry", func(ctx context.Context, size int) (int, error) {
	held := make([]byte, size*mib)
	for i := range held {
		held[i] = byte(i)
	}
	select { // for long enough to be seen
	case <-time.After(200 * time.Millisecond):
	case <-ctx.Done():
	}
	runtime.KeepAlive(held)
	info, _ := sdk.InfoFrom(ctx)
	return info.Attempt, nil
})

func init() { parts = append(parts, hungry) }

func TestMoreMemory(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		opts     []retry.Option
		attempts int
		fails    bool
	}{
		"raised":     {[]retry.Option{retry.MoreMemory(40)}, 2, false},
		"not enough": {[]retry.Option{retry.MoreMemory(1.1), retry.Attempts(2)}, 2, true},
		"the same":   {[]retry.Option{retry.Attempts(2), retry.On(task.KindMemoryLimit)}, 2, true},
		"not at all": {nil, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := quiet(process.Self(1))
			opts := append(c.opts, retry.Backoff(time.Millisecond, time.Millisecond))
			tsk := scheduler.NewTask(s, hungry, retry.New(opts...), resources.New(resources.Memory(32*mib)))
			var allowed []int64
			tsk.OnException.Do(func(e scheduler.Exception) {
				var limit *scheduler.LimitError
				require.ErrorAs(t, e.Err, &limit)
				allowed = append(allowed, limit.Allowed)
			})
			start(t, s)
			f := submit(t, tsk, 100)
			wait(t, s)
			require.Equal(t, c.attempts, f.Attempt())
			if !c.fails {
				require.NoError(t, f.Err())
				require.Equal(t, c.attempts, f.Value())
				return
			}
			require.Equal(t, task.KindMemoryLimit, task.KindOf(f.Err()))
			require.Len(t, allowed, 1)
			if name == "not enough" {
				require.InDelta(t, 32*mib*1.1, allowed[0], 1)
			}
		})
	}
}
