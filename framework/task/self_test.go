package task_test

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/task"
)

// selfEnv marks the process in which TestSelf looks at itself.
const selfEnv = "SIGNALBOX_TEST_SELF"

// TestSelf is about facts of a process, which cannot be taken back: it has one
// of its own.
func TestSelf(t *testing.T) {
	if os.Getenv(selfEnv) == "" {
		t.Parallel()
		self := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestSelf$", "-test.count=1", "-test.v")
		self.Env = append(os.Environ(), selfEnv+"=1")
		out, err := self.CombinedOutput()
		require.NoError(t, err, "%s", out)
		require.Contains(t, string(out), "--- PASS: TestSelf")
		return
	}
	names, called := task.Offered()
	require.Empty(t, names)
	require.False(t, called)
	task.Offer()
	_, called = task.Offered()
	require.True(t, called, "also with no code at all")
	task.Offer(task.New("a", echo[int]), task.New("b", echo[int]).As("other"))
	task.Offer(task.New("a", echo[int]))
	names, _ = task.Offered()
	require.ElementsMatch(t, []string{"a", "b"}, names, "by the names of the code")

	require.False(t, task.InWorker())
	task.EnterWorker()
	require.True(t, task.InWorker())
}
