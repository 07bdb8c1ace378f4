//go:build linux

package osproc

import (
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestNumbersThatFollow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pid, last, other int
		want             bool
	}{
		{100, 200, 100, false}, {100, 200, 101, true}, {100, 200, 200, true}, {100, 200, 201, false}, {100, 200, 50, false},
		{100, 100, 101, false},
		{32000, 400, 32001, true}, {32000, 400, 400, true}, {32000, 400, 300, true}, {32000, 400, 401, false}, {32000, 400, 31999, false},
	} {
		require.Equal(t, c.want, follows(c.pid, c.last, c.other), "%v", c)
	}
}

// TestYoungerProcessesAreLookedAt has a marked process that is older than the
// child: only if there was time to give all numbers may it be the child's.
func TestYoungerProcessesAreLookedAt(t *testing.T) {
	t.Parallel()
	const mark = "OSPROC_TEST_MARK=4c1f7a"
	sleeper := func() *exec.Cmd {
		c := exec.Command("sleep", "600")
		c.Env = []string{mark}
		require.NoError(t, c.Start())
		t.Cleanup(func() { _ = c.Process.Kill() })
		return c
	}
	older, child, younger := sleeper(), exec.Command("true"), (*exec.Cmd)(nil)
	require.NoError(t, child.Run())
	younger = sleeper()
	KillMarked(mark, child.Process.Pid, time.Millisecond)
	require.ErrorContains(t, younger.Wait(), "killed")
	require.NoError(t, older.Process.Signal(syscall.Signal(0)))
	KillMarked(mark, child.Process.Pid, time.Hour)
	require.ErrorContains(t, older.Wait(), "killed")
}
