//go:build linux

package process_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/task"
)

// TestFaultCrashIsLogged has a worker die, and then be given up: the log has what
// is needed to report it.
func TestFaultCrashIsLogged(t *testing.T) {
	t.Parallel()
	mark := "crash-is-logged-" + t.Name()
	w := &watched{Executor: process.Self(1, process.Restarts(0), process.Env(map[string]string{markEnv: mark})), live: map[int]int{}}
	r := rigOn(t, mark, w)
	r.begin()
	_, err := get(t, r.Scheduler, exit, 3)
	requireLost(t, err, task.KindWorkerLost)
	_, _ = r.Wait()

	self, err := os.Executable()
	require.NoError(t, err)
	for _, part := range []string{"worker lost", "exit code 3", "leaving by the back door", "task=exit", "future=1", "attempt=1", "input=3", "executable=" + self} {
		require.Contains(t, r.logs.text(), part)
	}
	require.Equal(t, []string{"0 ready", "0 lost", "0 failed"}, w.story())
}
