//go:build unix

package sdk_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// program runs a program of testdata and returns what it printed, its exit
// code, and the processes that came to be.
func program(t *testing.T, name string, args ...string) (stdout, stderr string, code int, pids []int) {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), name, args...)
	// Workers see of it only what they may, which TMPDIR is part of.
	cmd.Env = append(os.Environ(), "TMPDIR="+dir)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	var failed *exec.ExitError
	if err := cmd.Run(); errors.As(err, &failed) {
		code = failed.ExitCode()
	} else {
		require.NoError(t, err)
	}
	started, err := os.ReadFile(filepath.Join(dir, "started"))
	require.NoError(t, err, errs.String())
	for _, line := range strings.Fields(string(started)) {
		pid, err := strconv.Atoi(line)
		require.NoError(t, err)
		require.ErrorIs(t, syscall.Kill(pid, 0), syscall.ESRCH, "process %d of %v lives on", pid, name)
		pids = append(pids, pid)
	}
	return out.String(), errs.String(), code, pids
}

// build builds a program of testdata, since go run hides its exit code.
func build(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, "./testdata/onefile/"+name).CombinedOutput()
	require.NoError(t, err, string(out))
	return path
}

const missingLine = "sdk.ServeIfPlugin(…) must be called first thing in main (in tests: in TestMain), with every task that workers are to run"

func TestOneFileProgram(t *testing.T) {
	t.Parallel()
	stdout, stderr, code, pids := program(t, "go", "run", "./testdata/onefile/good")
	require.Zero(t, code, stderr)
	require.Equal(t, "42 true\n", stdout, "the task ran in another process")
	require.Len(t, pids, 3, "the host and two workers")
}

func TestOneFileProgramInGoTest(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "test", "-count=1", "./testdata/onefile/intest").CombinedOutput()
	require.NoError(t, err, string(out))
	require.Regexp(t, `^ok\b`, string(out))
}

func TestProgramWithoutTheCall(t *testing.T) {
	t.Parallel()
	_, stderr, code, pids := program(t, build(t, "missing"))
	require.Equal(t, 2, code)
	require.Contains(t, stderr, "panic: scheduler: ")
	require.Contains(t, stderr, missingLine)
	require.Len(t, pids, 1, "no worker was started")
}

func TestProgramThatCallsTooLate(t *testing.T) {
	t.Parallel()
	_, stderr, code, pids := program(t, build(t, "late"))
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "this process was started as a worker, but its program went on as a host would: "+missingLine)
	require.LessOrEqual(t, len(pids), 3, "workers do not start workers")
}

func TestTaskThatWasNotPassed(t *testing.T) {
	t.Parallel()
	_, stderr, code, pids := program(t, build(t, "forgotten"))
	require.Equal(t, 2, code)
	require.Contains(t, stderr, `pass the definition of "double" to sdk.ServeIfPlugin too`)
	require.Contains(t, stderr, "scheduler.NewTask")
	require.Len(t, pids, 1, "no worker was started")
}
