package main

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// submitOne submits a task once, when the run starts.
func submitOne(task, input string) string {
	return fmt.Sprintf("task %q {}\non \"start\" {\n  submit %q { input = %s }\n}\n", task, task, input)
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		job  string
		code int
		exit string
		task taskCount // of the only task
	}{
		"good":               {submitOne("double", "1"), 0, "exhausted", taskCount{Submitted: 1, Results: 1}},
		"nothing to do":      {`task "double" {}`, 0, "exhausted", taskCount{}},
		"failed":             {submitOne("fail", `"no"`), 1, "exhausted", taskCount{Submitted: 1, Exceptions: 1}},
		"failed and end":     {submitOne("fail", `"no"`) + `run { on_exception = "end" }`, 1, "exception", taskCount{Submitted: 1, Exceptions: 1}},
		"failed and raise":   {submitOne("fail", `"no"`) + `run { on_exception = "raise" }`, 1, "exception", taskCount{Submitted: 1, Exceptions: 1}},
		"worker lost":        {submitOne("die", "3"), 1, "exhausted", taskCount{Submitted: 1, Exceptions: 1}},
		"worker exits 0":     {submitOne("die", "0"), 1, "exhausted", taskCount{Submitted: 1, Exceptions: 1}},
		"input wrong":        {submitOne("double", `"two"`), 1, "exhausted", taskCount{Submitted: 1, Exceptions: 1}},
		"output wrong":       {submitOne("ratio", "1"), 1, "exhausted", taskCount{Submitted: 1, Exceptions: 1}},
		"on block fails":     {submitOne("double", "1") + "on \"double.result\" {\n  log = event.result.absent\n}\n", 1, "exhausted", taskCount{Submitted: 1, Results: 1}},
		"timeout":            {submitOne("wait", "1") + "run {\n  timeout = \"300ms\"\n  wait    = false\n}\n", 3, "timeout", taskCount{Submitted: 1, Cancelled: 1}},
		"timeout, no work":   {"task \"double\" {}\nrun {\n  timeout      = \"20ms\"\n  end_on_empty = false\n}\n", 3, "timeout", taskCount{}},
		"stopped":            {submitOne("double", "1") + `on "double.result" { stop = "enough" }`, 4, "stopped", taskCount{Submitted: 1, Results: 1}},
		"stopped and failed": {submitOne("fail", `"no"`) + `on "fail.exception" { stop = "enough" }`, 4, "stopped", taskCount{Submitted: 1, Exceptions: 1}},
		"stopped at start":   {submitOne("double", "1") + `on "start" { stop = "enough" }`, 4, "stopped", taskCount{Submitted: 1, Results: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.job(tasksPlugin + test.job + "\n" + `output { path = "out.jsonl" }`).exits(test.code)
			s := r.summary()
			require.Equal(t, test.exit, s.Exit)
			require.Equal(t, test.code, s.ExitCode)
			require.Positive(t, s.Elapsed)
			require.Len(t, s.Tasks, 1)
			for _, got := range s.Tasks {
				got.P50, got.P99 = 0, 0
				require.Equal(t, test.task, got)
			}
			require.Len(t, s.Events, 11)
			require.Equal(t, 1, s.Events["on_start"])
			require.Equal(t, 1, s.Events["on_finished"])
			require.Equal(t, test.task.Submitted, s.Events["on_future_submitted"])
			require.Equal(t, test.task.Exceptions, s.Events["on_future_exception"])
			require.Len(t, r.lines("out.jsonl"), test.task.Submitted, "every future has its line")
		})
	}
}

func TestExitCodesAreInHelp(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, args := range [][]string{{"--help"}, {"help"}, {"run", "--help"}, {"help", "run"}} {
		c := r.host(args...).exits(0)
		require.Empty(t, c.stderr.String())
		require.Contains(t, c.stdout.String(), exitCodes)
	}
}

// TestSummary requires every field by name and place.
func TestSummary(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.job(tasksPlugin + submitOne("double", "1") + submitOne("fail", `"no"`)).exits(1)
	shape := `^{
  "exit": "exhausted",
  "exit_code": 1,
  "elapsed_s": [0-9.e-]+,
  "tasks": {
    "double": {
      "submitted": 1,
      "results": 1,
      "exceptions": 0,
      "cancelled": 0,
      "refused": 0,
      "retries": 0,
      "p50_ms": [0-9.]+,
      "p99_ms": [0-9.]+
    },
    "fail": {
      "submitted": 1,
      "results": 0,
      "exceptions": 1,
      "cancelled": 0,
      "refused": 0,
      "retries": 0,
      "p50_ms": [0-9.]+,
      "p99_ms": [0-9.]+
    }
  },
  "events": {
    "on_empty": 1,
    "on_finished": 1,
    "on_finishing": 1,
    "on_future_cancelled": 0,
    "on_future_done": 2,
    "on_future_exception": 1,
    "on_future_result": 1,
    "on_future_submitted": 2,
    "on_start": 1,
    "on_stop": 0,
    "on_timeout": 0
  },
  "workers": {
    "started": 1,
    "lost": 0,
    "last_lost": \[\]
  },
  "errors": \[
    {
      "task": "fail",
      "count": 1,
      "kind": "error",
      "sample": "no",
      "future": 2,
      "inputs": \[
        "no"
      \]
    }
  \],
  "other_errors": 0,
  "slowest": \[
    {
      "task": "\w+",
      "future": [12],
      "elapsed_s": [0-9.e-]+,
      "outcome": "\w+",
      "input": \S+
    },
    {
      "task": "\w+",
      "future": [12],
      "elapsed_s": [0-9.e-]+,
      "outcome": "\w+",
      "input": \S+
    }
  \],
  "refusals": \[\]
}
$`
	require.Regexp(t, shape, r.read("summary.json"))

	t.Run("to standard output", func(t *testing.T) {
		c := r.host("run", "job.hcl", "--summary", "-").exits(1)
		require.Regexp(t, shape, c.stdout.String())
		require.Contains(t, c.stderr.String(), "Scheduler job")
	})
}

func TestLostWorkersAreCounted(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.job(tasksPlugin + submitOne("die", "3") + submitOne("double", "1") + `output { path = "out.jsonl" }`).exits(1)
	s := r.summary()
	require.Equal(t, 1, s.Workers.Lost)
	require.Equal(t, 1, s.Tasks["double"].Results)
	require.Contains(t, c.stderr.String(), "die: so be it")
	require.Regexp(t, `worker-lost: .*exit code 3.*die: so be it`, r.read("out.jsonl"))
}
