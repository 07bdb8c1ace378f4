package sdk_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

const outsidePlugin = `package main

import (
	"context"
	"strings"

	"github.com/signalbox-go/signalbox/sdk"
)

func main() {
	sdk.Serve(sdk.TaskFunc("upper", func(_ context.Context, s string) (string, error) { return strings.ToUpper(s), nil }))
}
`

// TestPluginOfAnotherModule builds a plugin as its author would: in a module of
// its own, which requires this one.
func TestPluginOfAnotherModule(t *testing.T) {
	t.Parallel()
	repository, err := filepath.Abs("..")
	require.NoError(t, err)
	dir := t.TempDir()
	// Its go.mod is what go mod tidy would leave, so that nothing is resolved
	// and nothing needs the network.
	ours, err := os.ReadFile(filepath.Join(repository, "go.mod"))
	require.NoError(t, err)
	mod := regexp.MustCompile(`(?m)^module .*$`).ReplaceAllString(string(ours), "module example.com/upper") +
		"\nrequire github.com/signalbox-go/signalbox v0.0.0\n\nreplace github.com/signalbox-go/signalbox => " + repository + "\n"
	sum, err := os.ReadFile(filepath.Join(repository, "go.sum"))
	require.NoError(t, err)
	for name, text := range map[string]string{"go.mod": mod, "go.sum": string(sum), "main.go": outsidePlugin} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	tool := func(args ...string) string {
		cmd := exec.CommandContext(t.Context(), "go", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "go %v: %s", args, out)
		return string(out)
	}
	path := filepath.Join(dir, "upper.exe")
	tool("build", "-o", path, ".")

	linked := tool("list", "-deps", ".")
	require.Contains(t, linked, "/framework/wire/signalboxv1\n")
	symbols := tool("tool", "nm", path)
	require.Contains(t, symbols, "signalbox/framework/wire/signalboxv1.")
	for _, room := range []string{"scheduler", "executor", "session", "job", "view", "pluginproc.", "internal/osproc"} {
		require.NotContains(t, linked, "signalbox/framework/"+strings.TrimSuffix(room, ".")+"\n")
		require.NotContains(t, symbols, "signalbox/framework/"+room, "a plugin's binary links nothing of the host")
	}
	for _, foreign := range []string{"github.com/hashicorp/hcl/v2", "github.com/spf13/cobra", "github.com/stretchr/testify/require"} {
		require.NotContains(t, strings.Split(linked, "\n"), foreign)
	}

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	offered, err := process.Describe(ctx, path)
	require.NoError(t, err)
	require.Equal(t, "upper", offered.Plugin)
	require.Len(t, offered.Tasks, 1)
	require.Equal(t, process.TaskType{Name: "upper", ContentType: "application/json", InputType: "string", OutputType: "string",
		InputSchema: `{"type":"string"}`, OutputSchema: `{"type":"string"}`}, offered.Tasks[0])

	s := scheduler.New(process.Plugin(path, process.Workers(2)))
	upper := scheduler.NewTask(s, scheduler.Named[string, string]("upper"))
	var got []string
	s.OnStart.Do(func() {
		for _, word := range []string{"one", "two"} {
			_, err := upper.Submit(word)
			require.NoError(t, err)
		}
	})
	upper.OnResult.Do(func(r scheduler.Result[string]) { got = append(got, r.Value) })
	exit, err := s.Run(ctx)
	require.NoError(t, err)
	require.Equal(t, scheduler.ExitExhausted, exit.Code)
	require.ElementsMatch(t, []string{"ONE", "TWO"}, got)
}
