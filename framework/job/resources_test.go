package job_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/job"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// enforcing is a plugin that is said to enforce limits.
type enforcing struct{ noting }

func (enforcing) Enforces(scheduler.Limits) error { return nil }

func TestResourcesBlocks(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var calls []*scheduler.Call
	r.opts.Executor = func(p job.Plugin) scheduler.Executor {
		codes := fakeCodes()
		codes["hog"] = func(context.Context, json.RawMessage) (json.RawMessage, error) {
			return nil, (&scheduler.LimitError{Limit: task.KindMemoryLimit, Allowed: 256 << 20, Seen: 312 << 20}).Failure()
		}
		return &enforcing{noting{fake: newFake(p, codes), calls: &calls}}
	}
	result := r.run(`
task "hog" {
  resources {
    wall_time = "10s"
    cpu_time  = "1h30m"
    memory    = "256MiB"
  }
}
on "start" {
  submit "hog" { input = { n = 7 } }
}
on "hog.memory-limit-reached" {
  log = "${event.name} ${event.task} ${event.future} ${event.input.n} ${event.attempt} ${event.kind}: ${event.error}"
}
`)
	require.Len(t, calls, 1)
	require.Equal(t, scheduler.Limits{Wall: 10 * time.Second, CPU: 90 * time.Minute, Memory: 256 << 20}, calls[0].Limits())
	require.Contains(t, r.log.String(), "memory-limit-reached hog 1 7 1 memory-limit: memory limit: used 312 MiB of 256 MiB")
	require.Equal(t, job.CodeFailed, result.ExitCode())
}

// TestResourcesThatNobodyEnforces are told before anything runs.
func TestResourcesThatNobodyEnforces(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	j, err := r.load(`
task "echo2" {
  code = "echo"
  resources {
    memory = 1048576
  }
}
on "start" {
  submit "echo2" {}
}
`)
	require.NoError(t, err)
	_, err = j.Run(t.Context())
	require.ErrorIs(t, err, scheduler.ErrLimits)
	require.ErrorContains(t, err, "task echo2: extension resources: limits cannot be enforced")
	require.NoFileExists(t, r.out)
}

func TestPluginBlocksSayWhatWorkersAreGiven(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var got job.Plugin
	r.opts.Executor = func(p job.Plugin) scheduler.Executor {
		if p.Name == "q" {
			got = p
		}
		return newFake(p, fakeCodes())
	}
	path := filepath.Join(t.TempDir(), "job.hcl")
	require.NoError(t, os.WriteFile(path, []byte(`
plugin "q" {
  source                = "./q"
  max_tasks_per_process = 100
  max_rss               = "6GiB"
  threads               = 3
  nice                  = -5
}
task "echo" {}
on "start" {
  submit "echo" {}
}
`), 0o600))
	j, err := job.Load(path, r.opts)
	require.NoError(t, err)
	_, err = j.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, []any{100, int64(6 << 30), 3, -5}, []any{got.MaxTasks, got.MaxRSS, got.Threads, got.Nice})
}
