package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// messages returns those of a run's log that begin so, in order.
func (c *ran) messages(prefix string) (texts []string) {
	for _, record := range c.logged() {
		if text := record["msg"].(string); strings.HasPrefix(text, prefix) {
			texts = append(texts, text)
		}
	}
	return texts
}

func TestBlocksReactToEvents(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.job(tasksPlugin+`
variable "names" { default = ["a", "b"] }
task "double" {}
task "greet" {}
on "start" {
  submit "double" {
    for_each = range(6)
    input    = each.value
  }
  submit "double" {
    for_each = { x = 100 }
    input    = each.key == "x" ? each.value : 0
  }
  submit "greet" {
    for_each = toset(var.names)
    input    = { name = each.value, times = 1 }
  }
}
on "double.result" {
  every = 3
  log   = "every third: ${event.input}"
}
on "double.result" {
  when  = event.result >= 6
  limit = 2
  log   = "large: ${event.result}"
}
on "double.result" {
  when   = event.input == 100
  repeat = 3
  limit  = 5
  log    = "repeated: ${event.result}"
}
on "greet.result" {
  when = event.input.name == "a"
  submit "greet" { input = { name = "again", times = 2 } }
}
on "greet.result" {
  level = "warn"
  log   = "greeted: ${event.result.text}"
}
on "future_done" {
  hidden = true
  log    = "done: ${event.task} ${event.future}"
}
on "finished" { log = "over: ${event.name}" }
`, "--log-format", "json").exits(0)
	require.Equal(t, []string{"every third: 2", "every third: 5"}, c.messages("every"))
	require.Equal(t, []string{"large: 6", "large: 8"}, c.messages("large"))
	require.Equal(t, []string{"repeated: 200", "repeated: 200", "repeated: 200"}, c.messages("repeated"))
	require.Equal(t, []string{"greeted: hello a! ", "greeted: hello b! ", "greeted: hello again! hello again! "}, c.messages("greeted"))
	require.Len(t, c.messages("done: "), 10)
	require.Equal(t, []string{"over: on_finished"}, c.messages("over"))
	i := slices.IndexFunc(c.logged(), func(r map[string]any) bool { return strings.HasPrefix(r["msg"].(string), "greeted") })
	require.Equal(t, "WARN", c.logged()[i]["level"])
	require.Equal(t, "job.hcl:45:11", c.logged()[i]["at"])
	require.Equal(t, 3, r.summary().Tasks["greet"].Results)
	require.Equal(t, 7, r.summary().Tasks["double"].Results)
}

func TestBlockStopsTheRun(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.job(tasksPlugin + submitOne("double", "1") + `
on "double.result" {
  stop {
    message = "enough after ${event.result}"
    error   = "too much"
  }
}
on "stop" { log = "stopped: ${event.message}, ${event.error}" }
on "double.result" {
  submit "double" { input = 2 }
}
output { path = "out.jsonl" }
`).exits(4)
	require.Contains(t, c.stdout.String(), "stopped: enough after 2")
	require.Contains(t, c.stderr.String(), `msg="stopped: enough after 2, too much"`)
	require.Contains(t, c.stderr.String(), `msg="submitted too late: the run is ending" task=double on=double.result at=job.hcl:19:29`)
	require.NotContains(t, c.stderr.String(), ".go:")
	require.Len(t, r.lines("out.jsonl"), 1)
	require.Equal(t, 1, r.summary().Tasks["double"].Refused)
}

func TestChainOfTasks(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.job(tasksPlugin+`
task "double" {}
task "greet" {}
on "start" {
  submit "double" { input = 1 }
}
on "double.result" {
  when = event.result < 100
  submit "double" { input = event.result }
}
on "double.result" {
  when = event.result >= 100
  submit "greet" { input = { name = tostring(event.result), times = 1 } }
}
output {
  path  = "out.jsonl"
  tasks = ["greet"]
}
`, "--workers", "2").exits(0)
	lines := r.lines("out.jsonl")
	require.Len(t, lines, 1)
	require.JSONEq(t, `{"text": "hello 128! "}`, string(lines[0].Result))
	require.JSONEq(t, `{"name": "128", "times": 1}`, string(lines[0].Input))
	require.Equal(t, 7, r.summary().Tasks["double"].Results)
}

func TestVariablesAreGiven(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.job(tasksPlugin+`
variable "text" {}
variable "number" { default = 1 }
variable "yes" { default = false }
variable "list" { default = ["x"] }
variable "twice" { default = 0 }
on "start" { log = "got ${var.text} ${var.number + 1} ${var.yes} ${join("", var.list)} ${var.twice}" }
`, "--var", "text=a=b, c", "--var", "number=41", "--var", "yes=true", "--var", `list=["p", "q"]`, "--var", "twice=1", "--var=twice=2",
		"--log-format", "json").exits(0)
	require.Equal(t, []string{"got a=b, c 42 true pq 2"}, c.messages("got"))
}

func TestWorkersAreGiven(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 3} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			c := r.job(strings.Replace(tasksPlugin, "workers = 1", "workers = 2", 1)+submitOne("double", "1"), "--workers", fmt.Sprint(n)).exits(0)
			require.Equal(t, n, r.summary().Workers.Started)
			require.Regexp(t, fmt.Sprintf(`│ %d workers? `, n), c.stdout.String())
		})
	}
}

func TestLogLevels(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var blocks strings.Builder
	levels := []string{"debug", "info", "warn", "error"}
	for _, level := range levels {
		fmt.Fprintf(&blocks, "on \"start\" {\n  level = %q\n  log   = \"at %s\"\n}\n", level, level)
	}
	r.write("job.hcl", blocks.String())
	for i, level := range levels {
		text := r.host("run", "job.hcl", "--log-level", level).exits(0).stderr.String()
		for j, other := range levels {
			require.Equal(t, j >= i, strings.Contains(text, `msg="at `+other+`"`), "%s at %s", other, level)
		}
	}
}
