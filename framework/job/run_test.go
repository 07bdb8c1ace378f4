package job_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/job"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

const startAll = `
on "start" {
  submit "echo" {
    input = { s = "a\nb", n = 12345678901234567890, f = 0.25, l = [] }
  }
  submit "fail" {
    input = "it"
  }
}
`

func TestResultsAreOneLinePerFuture(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	result := r.run(startAll)
	in := `{"f":0.25,"l":[],"n":12345678901234567890,"s":"a\nb"}`
	require.Equal(t, []string{
		`{"task":"echo","input":` + in + `,"result":` + in + `}`,
		`{"task":"fail","input":"it","error":"cannot do \"it\""}`,
	}, r.lines())
	require.Equal(t, r.out, result.Written)
	require.Equal(t, 2, result.Lines)
	require.Equal(t, 1, result.ExitCode())

	r.run(``)
	require.Empty(t, r.lines(), "a run begins with an empty file")
}

func TestResultOfSeveralLinesBecomesOne(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.opts.Executor = func(p job.Plugin) scheduler.Executor {
		return newFake(p, map[string]code{"echo": func(context.Context, json.RawMessage) (json.RawMessage, error) {
			return json.RawMessage("{\n  \"a\": [\r\n1]\n}"), nil
		}, "fail": fakeCodes()["fail"], "block": fakeCodes()["block"]})
	}
	r.run("on \"start\" {\n  submit \"echo\" {}\n}\non \"echo.result\" {\n  log = \"a is ${event.result.a[0]}\"\n}\n")
	require.Equal(t, []string{`{"task":"echo","input":null,"result":{"a":[1]}}`}, r.lines())
	require.Contains(t, r.log.String(), "a is 1")
}

func TestOutputOfSomeTasks(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	path := filepath.Join(r.dir, "job.hcl")
	source := strings.Replace(r.common(), "output { path = \""+r.out+"\" }", "output {\n  tasks = [\"fail\"]\n  path = \""+r.out+"\"\n}", 1)
	require.NoError(t, os.WriteFile(path, []byte(source+startAll), 0o666))
	j, err := job.Load(path, r.opts)
	require.NoError(t, err)
	_, err = j.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{`{"task":"fail","input":"it","error":"cannot do \"it\""}`}, r.lines())
}

func TestSummaryCounts(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	result := r.run(startAll)
	data, err := json.Marshal(result.Summary)
	require.NoError(t, err)
	var sum map[string]any
	require.NoError(t, json.Unmarshal(data, &sum))
	require.Equal(t, "exhausted", sum["exit"])
	require.EqualValues(t, 1, sum["exit_code"])
	require.Positive(t, sum["elapsed_s"])
	require.Equal(t, map[string]any{"started": 1.0, "lost": 0.0, "last_lost": []any{}}, sum["workers"])
	events := sum["events"].(map[string]any)
	require.Len(t, events, 11)
	require.EqualValues(t, 2, events["on_future_submitted"])
	require.EqualValues(t, 0, events["on_stop"])
	tasks := sum["tasks"].(map[string]any)
	require.Len(t, tasks, 3)
	echo := tasks["echo"].(map[string]any)
	require.Positive(t, echo["p50_ms"])
	require.Positive(t, echo["p99_ms"])
	delete(echo, "p50_ms")
	delete(echo, "p99_ms")
	require.Equal(t, map[string]any{"submitted": 1.0, "results": 1.0, "exceptions": 0.0, "cancelled": 0.0, "refused": 0.0, "retries": 0.0}, echo)
	require.EqualValues(t, 1, tasks["fail"].(map[string]any)["exceptions"])
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	submit := func(task string) string { return "on \"start\" {\n  submit \"" + task + "\" {}\n}\n" }
	withdraw := "task \"withdraw\" {}\n" + submit("withdraw")
	for name, test := range map[string]struct {
		source string
		exit   scheduler.ExitCode
		code   int
	}{
		"good":               {submit("echo"), scheduler.ExitExhausted, 0},
		"failed":             {submit("fail"), scheduler.ExitExhausted, 1},
		"failed and end":     {submit("fail") + "run {\n  on_exception = \"end\"\n}", scheduler.ExitException, 1},
		"failed and raise":   {submit("fail") + "run {\n  on_exception = \"raise\"\n}", scheduler.ExitException, 1},
		"cancelled":          {withdraw, scheduler.ExitExhausted, 1},
		"cancelled, go on":   {withdraw + "run {\n  on_cancelled = \"continue\"\n}", scheduler.ExitExhausted, 1},
		"cancelled and end":  {withdraw + "run {\n  on_cancelled = \"end\"\n}", scheduler.ExitCancelled, 1},
		"cancelled, raise":   {withdraw + "run {\n  on_cancelled = \"raise\"\n}", scheduler.ExitCancelled, 1},
		"timeout":            {submit("block") + "run {\n  timeout = \"20ms\"\n  wait = false\n}", scheduler.ExitTimeout, 3},
		"timeout, no work":   {"run {\n  timeout = \"1ms\"\n  end_on_empty = false\n}", scheduler.ExitTimeout, 3},
		"stopped":            {submit("echo") + "on \"echo.result\" {\n  stop = \"x\"\n}", scheduler.ExitStopped, 4},
		"stopped and failed": {submit("fail") + "on \"fail.exception\" {\n  stop = \"x\"\n}", scheduler.ExitStopped, 4},
		"stop kills":         {submit("block") + "on \"block.submitted\" {\n  stop = \"x\"\n}\nrun {\n  wait = false\n}", scheduler.ExitStopped, 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			result := r.run(test.source)
			require.Equal(t, test.exit, result.Exit.Code, result.Exit)
			require.Equal(t, test.code, result.ExitCode())
			require.Equal(t, test.code, result.Summary.ExitCode)
			require.Equal(t, test.exit.String(), result.Summary.Exit)
			if test.exit == scheduler.ExitCancelled || test.exit == scheduler.ExitException {
				require.Error(t, result.Exit.Err, "a policy's end says why")
			}
			result.Interrupted()
			require.Equal(t, 130, result.ExitCode())
		})
	}
}

func TestCancelledFuturesAreWritten(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	result := r.run("on \"start\" {\n  submit \"block\" {\n    input = 1\n  }\n}\nrun {\n  timeout = \"10ms\"\n  wait = false\n}\n" +
		"on \"block.cancelled\" {\n  log = \"cancelled ${event.input}: ${event.kind}\"\n}\n")
	require.Len(t, r.lines(), 1)
	require.Regexp(t, `^\{"task":"block","input":1,"error":"future 1 of task block was cancelled: .*","cancelled":true\}$`, r.lines()[0])
	require.EqualValues(t, 1, result.Summary.Tasks["block"].Cancelled)
	require.Contains(t, r.log.String(), "cancelled 1: cancelled")
}

func TestStopCompletesWhatRuns(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	began, release := make(chan struct{}), make(chan struct{})
	r.opts.Executor = func(p job.Plugin) scheduler.Executor {
		codes := fakeCodes()
		codes["echo"] = func(_ context.Context, in json.RawMessage) (json.RawMessage, error) {
			close(began)
			<-release
			return in, nil
		}
		return newFake(p, codes)
	}
	j, err := r.load("on \"start\" {\n  submit \"echo\" {\n    for_each = range(3)\n  }\n}\n")
	require.NoError(t, err)
	ended := make(chan *job.Result)
	go func() {
		result, err := j.Run(context.Background())
		require.NoError(t, err)
		ended <- result
	}()
	<-began
	_, err = j.Run(t.Context())
	require.ErrorIs(t, err, scheduler.ErrRunning)
	require.NotNil(t, j.Scheduler())
	j.Stop("by the test")
	close(release)
	result := <-ended
	require.Equal(t, "by the test", result.Exit.Message)
	require.Equal(t, 4, result.ExitCode())
	sum := result.Summary.Tasks["echo"]
	require.EqualValues(t, 1, sum.Results, "what runs is completed")
	require.EqualValues(t, 2, sum.Cancelled, "what waits is cancelled")
	require.Len(t, r.lines(), 3)
	require.Nil(t, j.Scheduler())
}

func TestKillEndsWhatRuns(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	began := make(chan struct{})
	r.opts.Executor = func(p job.Plugin) scheduler.Executor {
		codes := fakeCodes()
		codes["block"] = func(ctx context.Context, _ json.RawMessage) (json.RawMessage, error) {
			close(began)
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return newFake(p, codes)
	}
	j, err := r.load("on \"start\" {\n  submit \"block\" {}\n}\n")
	require.NoError(t, err)
	go func() {
		<-began
		j.Kill("by the test")
	}()
	result, err := j.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, result.Summary.Tasks["block"].Cancelled)
	require.Contains(t, r.lines()[0], "by the test")
}

func TestResultsThatCannotBeWrittenStopTheRun(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.out = "/dev/full"
	result := r.run("on \"start\" {\n  submit \"echo\" {\n    for_each = range(20000)\n    input = each.value\n  }\n}\n")
	require.ErrorContains(t, result.Err, "the results cannot be written")
	require.Equal(t, 4, result.ExitCode())
	require.Equal(t, scheduler.ExitStopped, result.Exit.Code)
	require.Contains(t, r.log.String(), "the run is stopped")

	result = r.run("on \"start\" {\n  submit \"echo\" {}\n}\n")
	require.ErrorContains(t, result.Err, "the results cannot be written", "also at the very end")
	require.Equal(t, 4, result.ExitCode())
}

func TestResultsFileThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	folder := filepath.Join(r.dir, "lost")
	require.NoError(t, os.Mkdir(folder, 0o777))
	r.out = filepath.Join(folder, "results.jsonl")
	r.opts.Executor = func(job.Plugin) scheduler.Executor {
		require.Fail(t, "nothing is started")
		return nil
	}
	j, err := r.load("")
	require.NoError(t, err)
	require.NoError(t, os.Remove(folder))
	_, err = j.Run(t.Context())
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "Results cannot be written")
}

func TestResultsOfTheLastRunSurviveAFailedStart(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.run(startAll)
	before := r.lines()
	require.Len(t, before, 2)
	j, err := r.load("task \"cuont\" { code = \"eco\" }")
	require.NoError(t, err)
	_, err = j.Run(t.Context())
	require.ErrorIs(t, err, scheduler.ErrUnknownTask)
	require.ErrorContains(t, err, "job.hcl:7:23: Unknown task\n   7 | task \"cuont\" { code = \"eco\" }\n")
	require.ErrorContains(t, err, `did you mean "echo"?`)
	require.Equal(t, before, r.lines())

	require.NoError(t, os.Remove(r.out))
	_, err = j.Run(t.Context())
	require.ErrorIs(t, err, scheduler.ErrUnknownTask)
	require.NoFileExists(t, r.out, "nothing is left where nothing was")
}

func TestVariablesAreGivenFromOutside(t *testing.T) {
	t.Parallel()
	const source = `
variable "text" { default = "t" }
variable "number" { default = 1 }
variable "flag" { default = false }
variable "list" { default = ["a"] }
variable "object" { default = { a = 1 } }
variable "free" {}
variable "derived" { default = "${var.text}/${var.number + 1}" }
on "start" {
  submit "echo" {
    input = var
  }
}
`
	for name, test := range map[string]struct {
		vars map[string]string
		want string // result or error
	}{
		"defaults": {map[string]string{"free": "x"}, `{"derived":"t/2","flag":false,"free":"x","list":["a"],"number":1,"object":{"a":1},"text":"t"}`},
		"all": {map[string]string{"free": "5", "text": "1", "number": "41", "flag": "true", "list": `[1, "b"]`, "object": `{"b": 2}`},
			`{"derived":"1/42","flag":true,"free":"5","list":[1,"b"],"number":41,"object":{"b":2},"text":"1"}`},
		"no number":   {map[string]string{"free": "", "number": "x"}, `"x" was given: it must be a number, as its default is.`},
		"no bool":     {map[string]string{"free": "", "flag": "x"}, `"x" was given: it must be a bool, as its default is.`},
		"no list":     {map[string]string{"free": "", "list": "{}"}, `"{}" was given: it must be a tuple, as its default is, not an object.`},
		"no literal":  {map[string]string{"free": "", "list": "[x"}, `"[x" was given: it must be written as in the job file, or as JSON`},
		"unknown":     {map[string]string{"free": "", "txet": ""}, `The job file has no variable "txet"; did you mean "text"?`},
		"not given":   {nil, `Variable "free" has no default and was not given a value, as with --var free=….`},
		"two at once": {map[string]string{"number": "x"}, `has no default`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.opts.Vars = test.vars
			j, err := r.load(source)
			if !strings.HasPrefix(test.want, `{`) {
				require.ErrorContains(t, err, test.want)
				return
			}
			require.NoError(t, err)
			_, err = j.Run(t.Context())
			require.NoError(t, err)
			require.Equal(t, []string{`{"task":"echo","input":` + test.want + `,"result":` + test.want + `}`}, r.lines())
		})
	}
}

func TestPluginBlockIsHandedOn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var got []job.Plugin
	r.opts.Executor = func(p job.Plugin) scheduler.Executor {
		got = append(got, p)
		return newFake(p, fakeCodes())
	}
	path := filepath.Join(r.dir, "job.hcl")
	require.NoError(t, os.WriteFile(path, []byte(`
variable "n" { default = 2 }
plugin "full" {
  source        = "./full"
  workers       = var.n + 1
  args          = ["-x", "${var.n}"]
  dir           = "work"
  env           = { A = 1, B = "b" }
  sha256        = "abc"
  start_timeout = "1m"
  grace         = "1500ms"
  max_message   = "1MiB"
  config {
    url  = "http://x"
    deep = { n = [var.n, null] }
  }
}
plugin "bare" {
  source = "/bin/bare"
  max_message = 4096
}
task "t" {
  plugin = "full"
  code   = "echo"
}
`), 0o666))
	j, err := job.Load(path, r.opts)
	require.NoError(t, err)
	_, err = j.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, []job.Plugin{
		{Name: "full", Path: filepath.Join(r.dir, "full"), Workers: 3, Args: []string{"-x", "2"}, Dir: filepath.Join(r.dir, "work"),
			Env: map[string]string{"A": "1", "B": "b"}, SHA256: "abc", StartTimeout: 60e9, Grace: 15e8, MaxMessage: 1 << 20,
			Config: json.RawMessage(`{"deep":{"n":[2,null]},"url":"http://x"}`)},
		{Name: "bare", Path: "/bin/bare", MaxMessage: 4096},
	}, got)

	for _, n := range []int{7, 0} {
		got = nil
		r.opts.Workers = &n
		j, err = job.Load(path, r.opts)
		require.NoError(t, err)
		_, err = j.Run(t.Context())
		require.NoError(t, err)
		require.Equal(t, n, got[0].Workers)
		require.Equal(t, n, got[1].Workers)
	}

	n := -1
	r.opts.Workers = &n
	_, err = job.Load(path, r.opts)
	require.EqualError(t, err, "job: Options.Workers is -1: it must be 0, for one per CPU, or more; nil is for what the job file says")
}

func TestRunHasItsName(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	require.Equal(t, "job", r.run("").Scheduler.Name())
	require.Equal(t, "mine", r.run("run {\n  name = \"mine\"\n}").Scheduler.Name())
}

func TestContextThatEndsKillsTheRun(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	j, err := r.load("on \"start\" {\n  submit \"block\" {}\n}\n")
	require.NoError(t, err)
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("no more")
	cancel(why)
	_, err = j.Run(ctx)
	require.ErrorIs(t, err, why)
}

// unwilling is an executor that does not start.
type unwilling struct {
	*fake
	err error
}

func (u unwilling) Start(context.Context, scheduler.Host) error { return u.err }

// TestWhatDoesNotStartIsToldWithItsPlace where it is known which block the
// error comes from.
func TestWhatDoesNotStartIsToldWithItsPlace(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, test := range []struct {
		err  error
		want string
	}{
		{errors.New("no quota"), "Job cannot be started\n    no quota"},
		{errors.New("job: plugin \"p\" has no licence"), "job.hcl:2:23: Plugin cannot be started\n"},
		{errors.Join(errors.New("no quota"), errors.New("process: plugin p: too many")),
			"Job cannot be started\n    no quota\n\n" + filepath.Join(r.dir, "job.hcl") + ":2:23: Plugin cannot be started\n"},
	} {
		r.opts.Executor = func(p job.Plugin) scheduler.Executor { return unwilling{newFake(p, fakeCodes()), test.err} }
		j, err := r.load("")
		require.NoError(t, err)
		_, err = j.Run(t.Context())
		require.ErrorIs(t, err, test.err)
		require.ErrorContains(t, err, test.want)
	}
}
