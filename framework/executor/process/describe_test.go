//go:build linux

package process_test

import (
	"os"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/pluginproc"
	"github.com/signalbox-go/signalbox/framework/task"
)

func TestDescribe(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	require.NoError(t, err)
	mark := uuid.NewString()
	// The set-up would fail.
	d, err := process.Describe(t.Context(), self, process.Name("mine"), process.Config(setting{Fail: true}), process.Env(map[string]string{markEnv: mark}))
	require.NoError(t, err)
	require.Equal(t, "mine", d.Plugin)
	require.Equal(t, "go/1", d.SDK)
	require.Equal(t, 1, d.Protocol)
	require.Len(t, d.Tasks, len(parts())-1, "all but the set-up")
	require.Equal(t, process.TaskType{Name: "pid", ContentType: task.ContentJSON, InputType: "int", OutputType: "int",
		InputSchema: d.Tasks[0].InputSchema, OutputSchema: d.Tasks[0].OutputSchema}, d.Tasks[0])
	require.JSONEq(t, `{"type":"integer"}`, d.Tasks[0].InputSchema)
	require.Empty(t, processes(mark))

	_, err = process.Describe(t.Context(), "/no/such/plugin")
	require.ErrorIs(t, err, pluginproc.ErrNotFound)
	_, err = process.Describe(t.Context(), self, process.Workers(-1))
	require.ErrorContains(t, err, "-1 workers are out of range")
	_, err = process.Describe(t.Context(), "/bin/true")
	require.ErrorIs(t, err, pluginproc.ErrDiedAtStart)
}
