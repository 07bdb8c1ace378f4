package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// program builds the program: it is its own worker, which the test's
// binary is not.
func program(t *testing.T) func(args ...string) *exec.Cmd {
	t.Helper()
	path := filepath.Join(t.TempDir(), "search")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, ".").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return func(args ...string) *exec.Cmd { return exec.CommandContext(t.Context(), path, args...) }
}

func TestProgram(t *testing.T) {
	t.Parallel()
	search := program(t)

	t.Run("same seed, same output, however many workers", func(t *testing.T) {
		t.Parallel()
		// What README.md of the examples says to run prints the same.
		golden, err := os.ReadFile(filepath.Join("..", "testdata", "search.txt"))
		require.NoError(t, err)
		for _, kind := range []string{
			"needs more than 128 MiB of memory\n", "takes more than 1s of processor time\n", "diverges: the loss is NaN\n",
			"\nstopped: none of the last 12 trials was better\n", "\nbest: trial ",
		} {
			require.Contains(t, string(golden), kind)
		}
		for _, workers := range []string{"1", "3"} {
			out, err := search("-workers", workers).Output()
			require.NoError(t, err)
			require.Equal(t, string(golden), string(out), "with %s workers", workers)
		}
	})
	t.Run("no more trials than asked for", func(t *testing.T) {
		t.Parallel()
		out, err := search("-seed", "3", "-trials", "2", "-workers", "3").Output()
		require.NoError(t, err)
		require.Contains(t, string(out), "\nexhausted\ntrials: 2; diverged: 0; reached a limit: 0; failed: 0\nbest: trial 2, ")
	})
	t.Run("no configuration has a score", func(t *testing.T) {
		t.Parallel()
		out, err := search("-trials", "1").Output()
		require.NoError(t, err)
		require.True(t, strings.HasSuffix(string(out), "\ntrials: 1; diverged: 0; reached a limit: 1; failed: 0\nno configuration has a score\n"), "%s", out)
	})
	t.Run("progress inside trials", func(t *testing.T) {
		t.Parallel()
		cmd := search("-seed", "3", "-trials", "2", "-progress")
		var stderr strings.Builder
		cmd.Stderr = &stderr
		require.NoError(t, cmd.Run())
		require.Contains(t, stderr.String(), "trial 1: 150 of 150 epochs\n") // the last is always told
		require.Contains(t, stderr.String(), "trial 2: 150 of 150 epochs\n")
	})
	t.Run("wrong input", func(t *testing.T) {
		t.Parallel()
		for args, want := range map[string]string{
			"-workers 0": "-workers 0: give 1 or more",
			"-trials -1": "-trials -1: give 1 or more",
			"7":          `"7" is no flag: see -help`,
		} {
			cmd := search(strings.Fields(args)...)
			out, err := cmd.CombinedOutput()
			require.Error(t, err)
			require.Equal(t, 2, cmd.ProcessState.ExitCode())
			require.Equal(t, "search: "+want+"\n", string(out))
		}
	})
}
