package examples_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/job"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/sdk"
)

// section returns what stands below a heading of the repository's README.
func section(t *testing.T, heading string) string {
	t.Helper()
	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	_, text, found := strings.Cut(string(readme), "\n## "+heading+"\n")
	require.True(t, found, heading)
	text, _, _ = strings.Cut(text, "\n## ")
	return text
}

// snippet returns the only code of a section in that language.
func snippet(t *testing.T, heading, language string) string {
	t.Helper()
	return snippets(t, heading, language, 1)[0]
}

// snippets returns all n pieces of code of a section in that language.
func snippets(t *testing.T, heading, language string, n int) (code []string) {
	t.Helper()
	for _, found := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(section(t, heading), -1) {
		code = append(code, found[1])
	}
	require.Len(t, code, n, "%s in %s", language, heading)
	return code
}

// build makes a program of Go source, as if it stood in a folder of this module.
func build(t *testing.T, name, source string) (program string) {
	t.Helper()
	folder := t.TempDir()
	file, overlay := filepath.Join(folder, "main.go"), filepath.Join(folder, "overlay.json")
	require.NoError(t, os.WriteFile(file, []byte(source), 0o666))
	virtual, err := filepath.Abs(filepath.Join(name, "main.go"))
	require.NoError(t, err)
	data, err := json.Marshal(map[string]any{"Replace": map[string]string{virtual: file}})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(overlay, data, 0o666))
	program = filepath.Join(folder, name)
	run(t, "go", "build", "-overlay", overlay, "-o", program, "./examples/"+name)
	return program
}

func TestReadmesPlugin(t *testing.T) {
	t.Parallel()
	source := snippet(t, "A task plugin", "go")
	require.LessOrEqual(t, len(regexp.MustCompile(`(?m)\S.*$`).FindAllString(source, -1)), 10, "lines that are not empty")
	program := build(t, "readmeplugin", source)

	jobFile := filepath.Join(t.TempDir(), "job.hcl")
	out := filepath.Join(filepath.Dir(jobFile), "out.jsonl")
	require.NoError(t, os.WriteFile(jobFile, []byte(`
plugin "p" {
  source  = "`+program+`"
  workers = 1
}
task "shout" {}
on "start" {
  submit "shout" { input = "hello" }
}
output { path = "`+out+`" }
`), 0o666))
	run(t, "go", "run", "./cmd/host", "run", jobFile)
	written, err := os.ReadFile(out)
	require.NoError(t, err)
	require.Equal(t, `{"task":"shout","input":"hello","result":"HELLO"}`+"\n", string(written))

	described, err := exec.CommandContext(t.Context(), program, "describe").Output()
	require.NoError(t, err)
	require.Contains(t, string(described), `"shout"`)
}

func TestReadmesOneFileProgram(t *testing.T) {
	t.Parallel()
	const head = `package main

import (
	"context"
	"fmt"
	"log"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/sdk"
)

`
	program := build(t, "readmeprogram", head+snippet(t, "A program that is its own worker", "go"))
	out, err := exec.CommandContext(t.Context(), program).CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), "@on_future_result 2\n")
	require.Contains(t, string(out), "2 workers")
}

func TestReadmesTalk(t *testing.T) {
	t.Parallel()
	const head = `package main

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/extension/comm"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/sdk"
)

`
	program := build(t, "readmetalk", head+snippet(t, "Talking to a running task", "go"))
	out, err := exec.CommandContext(t.Context(), program).CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Regexp(t, "^([1-3] of 100 fitting\n)*4 of 100 fitting\nloss 0.0625\n$", string(out))
}

// TestReadmesJobFile is over a folder that the README's plugin leads to.
func TestReadmesJobFile(t *testing.T) {
	t.Parallel()
	plugin, err := filepath.Abs("gostats/plugin")
	require.NoError(t, err)
	folder := t.TempDir()
	require.NoError(t, os.Symlink(plugin, filepath.Join(folder, "plugin")))
	jobFile := filepath.Join(folder, "job.hcl")
	require.NoError(t, os.WriteFile(jobFile, []byte(snippet(t, "A job file", "hcl")), 0o666))
	_, err = job.Load(jobFile, job.Options{Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
}

func TestReadmesLimitsAndRetries(t *testing.T) {
	t.Parallel()
	const heading, head, tail = "Limits and retries", `package main

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/extension/limiter"
	"github.com/signalbox-go/signalbox/framework/extension/retry"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

func main() {
	doubleDef := task.New("double", func(_ context.Context, x int) (int, error) { return 2 * x, nil })
	s := scheduler.New(local.Pool(2))
	s.Start(context.Background())
`, `
	s.Wait()
	fmt.Println(s)
}
`
	program := build(t, "readmelimits", head+snippet(t, heading, "go")+tail)
	out, err := exec.CommandContext(t.Context(), program).CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), "@on_future_result 1\n")
	require.Contains(t, string(out), "Concurrent 0/2")
	require.Contains(t, string(out), "@retry-scheduled")

	jobFile := filepath.Join(t.TempDir(), "job.hcl")
	source := "plugin \"p\" { source = \"" + program + "\" }\ntask \"upload\" {}\n" + snippet(t, heading, "hcl")
	require.NoError(t, os.WriteFile(jobFile, []byte(source), 0o666))
	_, err = job.Load(jobFile, job.Options{Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
}

// TestReadmesEvents holds the one table of events against a scheduler and a
// task: all events, in their order, with their fields in Go and their values.
func TestReadmesEvents(t *testing.T) {
	t.Parallel()
	s := scheduler.New(local.Sequential())
	task := scheduler.NewTask(s, sdk.TaskFunc("shout", func(context.Context, int) (string, error) { return "", nil }))
	var want [][]string
	want = append(want, eventsOf(t, "Scheduler", s, s.Emitter())...)
	want = append(want, eventsOf(t, "Task", task, task.Emitter())...)

	var got [][]string
	for _, row := range regexp.MustCompile("(?m)^\\| `(on_\\w+)` \\| `([\\w.]+)` \\| (?:`([^`]+)`)? ?\\| (.+) \\|$").
		FindAllStringSubmatch(section(t, "Events"), -1) {
		got = append(got, row[1:4])
	}
	require.Equal(t, want, got)
}

// eventsOf returns name, field and value of an emitter's events, found in the
// fields of who owns it.
func eventsOf(t *testing.T, typeName string, owner any, em *event.Emitter) (rows [][]string) {
	t.Helper()
	fields := map[string][]string{}
	of := reflect.ValueOf(owner).Elem()
	for i := range of.NumField() {
		field := of.Type().Field(i)
		if !field.IsExported() {
			continue
		}
		name := of.Field(i).MethodByName("Event").Call(nil)[0].MethodByName("Name").Call(nil)[0].String()
		value := ""
		if emit := of.Field(i).MethodByName("Emit").Type(); emit.NumIn() == 1 {
			value = shown(emit.In(0))
		}
		fields[name] = []string{name, typeName + "." + field.Name, value}
	}
	for _, e := range em.Events() {
		require.Contains(t, fields, e.Name)
		rows = append(rows, fields[e.Name])
		delete(fields, e.Name)
	}
	require.Empty(t, fields)
	return rows
}

// shown writes the type of a value as the README does: with its fields, and
// with the letters of Task[In, Out] for what differs from task to task.
func shown(value reflect.Type) string {
	name, parameter, generic := strings.Cut(value.Name(), "[")
	if generic {
		name += "[" + map[string]string{"int]": "In", "string]": "Out"}[parameter] + "]"
	}
	var fields []string
	for i := range value.NumField() {
		if f := value.Field(i); f.IsExported() {
			fields = append(fields, f.Name)
		}
	}
	return name + "{" + strings.Join(fields, ", ") + "}"
}

// TestReadmesEventPlugin holds the event plugin, its test and its job against
// the example that they are from, which other tests run.
func TestReadmesEventPlugin(t *testing.T) {
	t.Parallel()
	code := snippets(t, "Event plugins", "go", 2)
	for file, text := range map[string]string{"driver/main.go": code[0], "driver/main_test.go": code[1],
		"driver/job.hcl": snippet(t, "Event plugins", "hcl")} {
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		withoutComments := regexp.MustCompile(` *#.*`).ReplaceAllString
		require.Contains(t, withoutComments(string(source), ""), withoutComments(text, ""))
	}
}
