package examples_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTaskCodeRunsInWorkers has each process record what code it ran, with Go's
// coverage counters: the task's function runs in workers, once per result, and
// never in the host.
func TestTaskCodeRunsInWorkers(t *testing.T) {
	t.Parallel()
	for example, results := range map[string]int{"repeat": 2, "limit": 4} {
		t.Run(example, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			program := filepath.Join(folder, example)
			run(t, "go", "build", "-cover", "-covermode=atomic", "-coverpkg=./examples/"+example, "-o", program, "./examples/"+example)

			counters := filepath.Join(folder, "counters")
			require.NoError(t, os.Mkdir(counters, 0o777))
			cmd := exec.CommandContext(t.Context(), program)
			cmd.Env = append(os.Environ(), "GOCOVERDIR="+counters)
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s", out)

			calls := taskCalls(t, example, counters)
			host, ok := calls[cmd.Process.Pid]
			require.True(t, ok, "the host (pid %d) left no counters: %v", cmd.Process.Pid, calls)
			require.Zero(t, host, "calls of the task's function in the host")
			delete(calls, cmd.Process.Pid)
			require.Len(t, calls, 2, "each worker leaves counters")
			inWorkers := 0
			for _, n := range calls {
				inWorkers += n
			}
			require.Equal(t, results, inWorkers, "calls of the task's function in workers")
			require.Contains(t, string(out), fmt.Sprintf("@on_future_result %d\n", results))
		})
	}
}

// taskCalls returns how often each process, by its pid, called the function
// given to sdk.TaskFunc.
func taskCalls(t *testing.T, example, counters string) map[int]int {
	t.Helper()
	source, err := os.ReadFile(filepath.Join(example, "main.go"))
	require.NoError(t, err)
	before, _, ok := strings.Cut(string(source), "sdk.TaskFunc(")
	require.True(t, ok)
	line := 1 + strings.Count(before, "\n")
	block := regexp.MustCompile(fmt.Sprintf(`(?m)/main\.go:%d\.\d+,\d+\.\d+ \d+ (\d+)$`, line))

	calls := map[int]int{}
	files, err := filepath.Glob(filepath.Join(counters, "covcounters.*"))
	require.NoError(t, err)
	for _, file := range files {
		// covcounters.HASH.PID.TIME, next to covmeta.HASH
		name := strings.Split(filepath.Base(file), ".")
		pid, err := strconv.Atoi(name[2])
		require.NoError(t, err)
		alone := t.TempDir()
		for _, f := range []string{filepath.Base(file), "covmeta." + name[1]} {
			require.NoError(t, os.Link(filepath.Join(counters, f), filepath.Join(alone, f)))
		}
		profile := filepath.Join(alone, "profile.txt")
		run(t, "go", "tool", "covdata", "textfmt", "-i="+alone, "-o="+profile)
		text, err := os.ReadFile(profile)
		require.NoError(t, err)
		blocks := block.FindAllStringSubmatch(string(text), -1)
		require.Len(t, blocks, 1, "%s", text)
		n, err := strconv.Atoi(blocks[0][1])
		require.NoError(t, err)
		calls[pid] += n
	}
	return calls
}
