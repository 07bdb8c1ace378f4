package job_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/job"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

func TestLimiterBlocks(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	result := r.run(`
task "few" {
  code = "echo"
  limiter {
    max_calls         = 2
    not_while_running = ["fail"]
  }
}
task "later" {
  code = "echo"
  limiter {
    max_concurrent    = 1
    not_while_running = ["few"]
    on_limit          = "queue"
  }
}
on "start" {
  submit "few" {
    for_each = range(5)
    input    = { n = each.value }
  }
  submit "later" {
    for_each = range(3)
    input    = each.value
  }
  submit "fail" {}
  submit "few" {}
}
on "few.call-limit-reached" {
  limit = 2
  log = "${event.name} ${event.task} ${event.input.n} ${event.error}"
}
on "few.disabled-due-to-running-task" {
  log = "not beside ${event.other}"
}
`)
	n := result.Summary.Tasks
	require.EqualValues(t, 2, n["few"].Results)
	require.EqualValues(t, 4, n["few"].Refused)
	require.EqualValues(t, 3, n["later"].Results)
	require.Equal(t, job.CodeFailed, result.ExitCode(), "some were refused")
	require.NoError(t, result.Err, "which is no failure of the on block")
	require.Contains(t, r.log.String(), `call-limit-reached few 2 call limit reached: 2 calls`)
	require.Contains(t, r.log.String(), `call-limit-reached few 3 call limit`)
	require.NotContains(t, r.log.String(), "not beside", "the number of calls is looked at first")
	require.Contains(t, result.Scheduler.String(), "Calls 2/2")
	require.Equal(t, []string{
		`{"task":"few","input":{"n":0},"result":{"n":0}}`,
		`{"task":"few","input":{"n":1},"result":{"n":1}}`,
	}, r.lines()[:2])
}

func TestTasksThatExcludeEachOther(t *testing.T) {
	t.Parallel()
	result := newRig(t).run(`
task "a" {
  code = "echo"
  limiter {
    not_while_running = ["b"]
    rate              = 1000
    burst             = 5
    on_limit          = "queue"
  }
}
task "b" {
  code = "echo"
  limiter {
    not_while_running = ["a"]
    on_limit          = "queue"
  }
}
on "start" {
  submit "a" { for_each = range(20) }
  submit "b" { for_each = range(20) }
}
`)
	require.Zero(t, result.ExitCode())
	require.EqualValues(t, 40, result.Summary.Events["on_future_result"])
}

func TestRetryBlocks(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var calls atomic.Int32
	r.opts.Executor = func(p job.Plugin) scheduler.Executor {
		codes := fakeCodes()
		codes["flaky"] = func(_ context.Context, in json.RawMessage) (json.RawMessage, error) {
			switch calls.Add(1) {
			case 1:
				return nil, task.WithKind("busy", errors.New("the line is busy"))
			case 2:
				return nil, task.WithKind("broken", errors.New("the line is cut"))
			}
			return in, nil
		}
		return newFake(p, codes)
	}
	result := r.run(`
task "flaky" {
  retry {
    attempts     = 5
    on           = ["busy"]
    delay        = "1ms"
    max_delay    = "2ms"
    workers_lost = 4
  }
}
task "stubborn" {
  code = "fail"
  retry {
    delay         = "1ms"
    memory_factor = 1.5
  }
}
on "start" {
  submit "flaky" {
    input = "x"
  }
  submit "stubborn" {
    input = "y"
  }
}
on "flaky.retry-scheduled" {
  when = event.delay > 0 && event.delay <= 0.002
  log  = "attempt ${event.attempt} of ${event.task} ${event.future}: ${event.kind}: ${event.error}; ${event.input}"
}
on "flaky.exception" {
  log = "${event.kind}: ${event.error}"
}
`)
	require.Contains(t, r.log.String(), "attempt 1 of flaky 1: busy: the line is busy; x")
	require.Contains(t, r.log.String(), "broken: 2 attempts failed: 1: the line is busy; 2: the line is cut")
	require.EqualValues(t, 1, result.Summary.Tasks["flaky"].Exceptions)
	require.ErrorContains(t, result.First["stubborn"], `3 attempts failed: cannot do "y"`)
	require.Contains(t, result.Scheduler.String(), "Attempts up to 5")
}

func TestTimeoutsAndPriorities(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var calls []*scheduler.Call
	r.opts.Executor = func(p job.Plugin) scheduler.Executor { return &noting{fake: newFake(p, fakeCodes()), calls: &calls} }
	result := r.run(`
task "plain" { code = "echo" }
task "urgent" {
  code     = "echo"
  timeout  = "1h"
  priority = 5
}
on "start" {
  submit "plain" {}
  submit "urgent" {}
  submit "urgent" {
    for_each = [-2147483648, 7]
    priority = each.value
    timeout  = "${each.value > 0 ? 1 : 100}m"
  }
}
`)
	require.Zero(t, result.ExitCode(), r.log)
	require.Len(t, calls, 4)
	require.Equal(t, scheduler.Constraints{}, calls[0].Constraints())
	for i, want := range map[int]int{1: 5, 2: -2147483648, 3: 7} {
		require.Equal(t, want, calls[i].Constraints().Priority)
		require.False(t, calls[i].Constraints().Deadline.IsZero())
	}
	require.True(t, calls[3].Constraints().Deadline.Before(calls[1].Constraints().Deadline), "the earlier counts")
	require.False(t, calls[2].Constraints().Deadline.After(calls[1].Constraints().Deadline.Add(1e9)), "the earlier counts")
}

func TestTimeoutsThatAreNone(t *testing.T) {
	t.Parallel()
	for argument, want := range map[string]string{
		`timeout = event.input`:              `timeout is "x"; it must be a duration above 0`,
		`priority = length(event.input) / 2`: `priority is 0.5; it must be a whole number`,
	} {
		r := newRig(t)
		result := r.run(strings.ReplaceAll(`
on "start" {
  submit "echo" { input = "x" }
}
on "echo.result" {
  submit "fail" { ARGUMENT }
}
`, "ARGUMENT", argument))
		require.ErrorContains(t, result.Err, want)
		require.EqualValues(t, 0, result.Summary.Tasks["fail"].Submitted)
	}
}

// noting is an executor that notes what it is given.
type noting struct {
	*fake
	calls *[]*scheduler.Call
}

func (n *noting) Submit(c *scheduler.Call) {
	*n.calls = append(*n.calls, c)
	n.fake.Submit(c)
}
