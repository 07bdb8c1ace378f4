package sdk_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/sdk"
)

// byHand runs the act without a host.
func byHand(t *testing.T, act string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(os.Environ(), actEnv+"="+act)
	var failed *exec.ExitError
	out, err := cmd.Output()
	if errors.As(err, &failed) {
		return string(out), string(failed.Stderr), failed.ExitCode()
	}
	require.NoError(t, err)
	return string(out), "", 0
}

func TestStartedByHand(t *testing.T) {
	t.Parallel()
	stdout, stderr, code := byHand(t, "plugin", "-some-flag")
	require.Equal(t, 2, code)
	require.Empty(t, stdout)
	require.Contains(t, stderr, "is a Signalbox plugin: a host starts it and gives it work")
	require.Contains(t, stderr, "  do: sdk_test.request -> string\n  about: int -> task.Info\n  raw: []uint8 -> []uint8\n")
	require.Contains(t, stderr, "process.Plugin(")
	require.Contains(t, stderr, "describe\n")
}

func TestDescribeByHand(t *testing.T) {
	t.Parallel()
	stdout, stderr, code := byHand(t, "plugin", "describe")
	require.Zero(t, code, stderr)
	type described struct {
		Type        string         `json:"type"`
		ContentType string         `json:"content_type"`
		Schema      map[string]any `json:"schema"`
	}
	var got struct {
		Plugin   string `json:"plugin"`
		SDK      string `json:"sdk"`
		Protocol int    `json:"protocol"`
		Tasks    []struct {
			Name string    `json:"name"`
			In   described `json:"input"`
			Out  described `json:"output"`
		} `json:"tasks"`
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &got), stdout)
	require.Equal(t, "go/1", got.SDK)
	require.Equal(t, 1, got.Protocol)
	require.NotEmpty(t, got.Plugin)
	require.Len(t, got.Tasks, 3)
	first := got.Tasks[0]
	require.Equal(t, "do", first.Name)
	require.Equal(t, "sdk_test.request", first.In.Type)
	require.Equal(t, task.ContentJSON, first.In.ContentType)
	require.Equal(t, "object", first.In.Schema["type"])
	require.Contains(t, first.In.Schema["properties"], "verb")
	require.Equal(t, []any{"verb"}, first.In.Schema["required"])
	require.Equal(t, described{"string", task.ContentJSON, map[string]any{"type": "string"}}, first.Out)
	require.Equal(t, described{"[]uint8", task.ContentBytes, nil}, got.Tasks[2].In, "bytes have no schema")
}

type foreign struct{}

func (foreign) PluginPart() {}

func TestMisusePanics(t *testing.T) {
	t.Parallel()
	named := task.Named[int, int]("elsewhere")
	for want, parts := range map[string][]sdk.Part{
		"sdk: a plugin needs at least one task: sdk.Serve(sdk.TaskFunc(…)); or an event plugin: sdk.Serve(sdk.EventPlugin(…))": {},
		"sdk: part 2 of the plugin is nil":                                                                      {do, nil},
		`sdk: two tasks are called "do": give one another name`:                                                 {do, about, do},
		`sdk: task "elsewhere" has no function: define it with sdk.TaskFunc`:                                    {named},
		"sdk: a plugin cannot have a part of type sdk_test.foreign: TaskFunc, EventPlugin and Setup make parts": {do, foreign{}},
	} {
		require.PanicsWithValue(t, want, func() { sdk.Serve(parts...) })
	}
	require.PanicsWithValue(t, "sdk: part 1 of the plugin is nil", func() { sdk.ServeIfPlugin(nil) })
	require.PanicsWithValue(t, "sdk: Setup needs a function, not nil", func() { sdk.Setup[settings](nil) })
	require.PanicsWithValue(t, `task: "x" needs a function, not nil`, func() {
		sdk.TaskFunc[int, int]("x", nil)
	})
	require.PanicsWithValue(t, "task: a task needs a name", func() {
		sdk.TaskFunc("", func(context.Context, int) (int, error) { return 0, nil })
	})
}
