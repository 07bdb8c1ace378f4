package job_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/job"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

func TestOnBlocksHeedTheirOptions(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options string
		want    string // inputs of what was submitted
	}{
		"none":                      {``, `1 2 3 4 5 6`},
		"every":                     {`every = 2`, `2 4 6`},
		"repeat":                    {`repeat = 2`, `1 1 2 2 3 3 4 4 5 5 6 6`},
		"limit counts repetitions":  {"repeat = 2\nlimit = 3", `1 1 2`},
		"when":                      {`when = event.input > 3`, `4 5 6`},
		"when does not shift every": {"when = event.input != 2\nevery = 2", `4 6`},
		"limit counts calls only":   {"when = event.input > 3\nlimit = 2", `4 5`},
		"all":                       {"when = event.result >= 3 && event.task == \"echo\"\nevery = 2\nrepeat = 2\nlimit = 3", `4 4 6`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			result := r.run(fmt.Sprintf(`
task "copy" { code = "echo" }
on "start" {
  submit "echo" {
    for_each = range(1, 7)
    input = each.value
  }
}
on "echo.result" {
  %s
  submit "copy" {
    input = event.input
  }
}
`, test.options))
			require.Zero(t, result.ExitCode(), r.log)
			var got []string
			for _, line := range r.lines() {
				if in, ok := strings.CutPrefix(line, `{"task":"copy","input":`); ok {
					got = append(got, in[:1])
				}
			}
			require.Equal(t, test.want, strings.Join(got, " "))
		})
	}
}

func TestEveryEventCanBeHeardByEitherName(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var source strings.Builder
	source.WriteString(`
on "start" {
  submit "echo" {
    input = { a = 1 }
  }
  submit "fail" {}
}
`)
	scheduler := []string{"start", "finishing", "finished", "empty", "future_submitted", "future_done", "future_exception", "future_result"}
	for _, e := range append(scheduler, "echo.submitted", "echo.done", "echo.result", "fail.done", "fail.exception") {
		fmt.Fprintf(&source, "on %q {\n  log = \"heard ${event.name} by %s: ${jsonencode(event)}\"\n}\n", e, e)
		if task, name, ok := strings.Cut(e, "."); ok {
			e = task + ".on_" + name
		} else {
			e = "on_" + e
		}
		fmt.Fprintf(&source, "on %q {\n  log = \"heard %s\"\n}\n", e, e)
	}
	r.run(source.String())
	log := strings.ReplaceAll(r.log.String(), `\`, "")
	for _, want := range []string{
		`heard on_start by start: {"name":"on_start"}`, `heard on_start"`, `heard on_finishing"`, `heard on_finished"`, `heard on_empty"`,
		`heard on_future_submitted by future_submitted: {"future":1,"input":{"a":1},"name":"on_future_submitted","task":"echo"}`,
		`heard on_future_done by future_done: {"attempt":1,"error":null,"future":1,"input":{"a":1},"kind":null,"name":"on_future_done","result":{"a":1},"task":"echo"}`,
		`heard on_future_exception by future_exception: {"attempt":1,"error":"cannot do null","future":2,"input":null,"kind":"error","name":"on_future_exception","task":"fail"}`,
		`heard on_result by echo.result: {"attempt":1,"future":1,"input":{"a":1},"name":"on_result","result":{"a":1},"task":"echo"}`,
		`heard on_done by fail.done: {"attempt":1,"error":"cannot do null","future":2,"input":null,"kind":"error","name":"on_done","result":null,"task":"fail"}`,
		`heard echo.on_submitted"`, `heard fail.on_exception"`,
	} {
		require.Contains(t, log, want)
	}
}

func TestSubmitForEach(t *testing.T) {
	t.Parallel()
	for list, want := range map[string]string{
		`["a", "b"]`:                `[0,"a"] [1,"b"]`,
		`[1, "b", null]`:            `[0,1] [1,"b"] [2,null]`,
		`toset(["b", "a"])`:         `["a","a"] ["b","b"]`,
		`{ x = 1, y = [2] }`:        `["x",1] ["y",[2]]`,
		`tomap({ k = "v" })`:        `["k","v"]`,
		`[]`:                        ``,
		`{}`:                        ``,
		`event.name == "" ? 1 : []`: ``,
	} {
		t.Run(list, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			j, err := r.load("on \"start\" {\n  submit \"echo\" {\n    for_each = " + list + "\n    input = [each.key, each.value]\n  }\n}")
			if strings.Contains(list, "?") {
				require.ErrorContains(t, err, "Inconsistent conditional result types")
				return
			}
			require.NoError(t, err)
			result, err := j.Run(t.Context())
			require.NoError(t, err)
			require.Zero(t, result.ExitCode(), r.log)
			var got []string
			for _, line := range r.lines() {
				_, in, _ := strings.Cut(line, `"input":`)
				in, _, _ = strings.Cut(in, `,"result"`)
				got = append(got, in)
			}
			require.Equal(t, want, strings.Join(got, " "))
		})
	}
}

func TestForEachOverALongList(t *testing.T) {
	t.Parallel()
	const n = 100_000
	r := newRig(t)
	result := r.run(fmt.Sprintf(`
on "start" {
  submit "echo" {
    for_each = range(%d)
    input    = { n = each.value }
  }
}`, n))
	require.Zero(t, result.ExitCode())
	require.EqualValues(t, n, result.Summary.Tasks["echo"].Results)
	require.Equal(t, n, result.Lines)
	lines := r.lines()
	require.Len(t, lines, n)
	require.Equal(t, `{"task":"echo","input":{"n":99999},"result":{"n":99999}}`, lines[n-1])
}

func TestLogHasItsLevelAndPlace(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.run("on \"start\" {\n  log = \"look out\"\n  level = \"warn\"\n}\n")
	require.Contains(t, r.log.String(), `level=WARN msg="look out" at=`)
	require.Contains(t, r.log.String(), `job.hcl:8:9`)
}

func TestStopEndsTheRun(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ stop, message, err string }{
		"text":            {`stop = "enough: ${event.input}"`, "enough: 1", ""},
		"block":           {"stop {\n    message = \"enough\"\n    error = \"why ${event.task}\"\n  }", "enough", "why echo"},
		"without message": {"stop {}", `stopped by on "echo.result" at `, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			result := r.run(`
on "start" {
  submit "echo" {
    for_each = range(1, 50)
    input = each.value
  }
}
on "echo.result" {
  limit = 1
  ` + test.stop + `
}
on "echo.result" {
  submit "fail" {}
}
on "stop" {
  log = "told: ${event.message} ${event.error == null ? "no error" : event.error}"
}
`)
			require.Equal(t, scheduler.ExitStopped, result.Exit.Code)
			require.Equal(t, 4, result.ExitCode())
			require.Contains(t, result.Exit.Message, test.message)
			if test.err != "" {
				require.EqualError(t, result.Exit.Err, test.err)
				require.Contains(t, r.log.String(), "told: enough "+test.err)
			} else {
				require.NoError(t, result.Exit.Err)
			}
			require.EqualValues(t, 49, result.Summary.Tasks["echo"].Results, "what was accepted is completed")
			require.EqualValues(t, 49, result.Summary.Tasks["fail"].Refused)
			require.Equal(t, 1, strings.Count(r.log.String(), "submitted too late"), "it is said once")
		})
	}
}

func TestOnBlockThatFailsPointsAtItsLine(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ block, want string }{
		"when":       {"when = event.result.absent > 1\n  log = \"x\"", `job.hcl:13:22: on "echo.result": Unsupported attribute: This object does not have an attribute named "absent".`},
		"when null":  {"when = event.input.nothing\n  log = \"x\"", `job.hcl:13:10: on "echo.result": Value missing: A bool is needed here, not null.`},
		"log":        {"log = \"${event.input}\"", `job.hcl:13:9: on "echo.result": Wrong type: A string is needed here, not an object.`},
		"input":      {"submit \"fail\" {\n    input = event.input.a / 0\n  }", `job.hcl:14:13: on "echo.result": JSON has no infinity`},
		"for_each":   {"submit \"fail\" {\n    for_each = event.input.a\n  }", `job.hcl:14:16: on "echo.result": Wrong type: for_each needs a list`},
		"glob later": {"submit \"fail\" {\n    for_each = glob(\"none/*\")\n  }", `no regular file matches pattern "none/*"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			result := r.run(`on "start" {
  submit "echo" {
    input = { a = 1, nothing = null }
  }
}
on "echo.result" {
  ` + test.block + `
}
`)
			require.ErrorContains(t, result.Err, test.want)
			require.Equal(t, scheduler.ExitExhausted, result.Exit.Code, "the policy is to continue")
			require.Equal(t, 1, result.ExitCode())
			require.Contains(t, r.log.String(), `msg="on block failed" on=echo.result at=`)
			require.NotContains(t, r.log.String(), "goroutine", "a stack of ours is of no use to the author of a job file")
		})
	}
}

// TestEventThatCannotBeDecoded is over JSON that no expression can hold: one
// property twice, with two types.
func TestEventThatCannotBeDecoded(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.opts.Executor = func(p job.Plugin) scheduler.Executor {
		codes := fakeCodes()
		codes["echo"] = func(context.Context, json.RawMessage) (json.RawMessage, error) {
			return json.RawMessage(`{"a":1,"a":"x"}`), nil
		}
		return newFake(p, codes)
	}
	result := r.run(`on "start" {
  submit "echo" {}
}
on "echo.result" {
  log = "got ${event.result.a}"
}
on "echo.result" {
  log = "it was ${event.task}"
}
`)
	require.ErrorContains(t, result.Err, `job.hcl:10:1: on "echo.result": the event cannot be decoded: duplicate "a" property in JSON object`)
	require.Equal(t, 1, result.ExitCode())
	require.Contains(t, r.log.String(), "it was echo", "what is not used is not decoded")
	require.Equal(t, []string{`{"task":"echo","input":null,"result":{"a":1,"a":"x"}}`}, r.lines())
}
