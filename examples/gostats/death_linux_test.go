package gostats_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// work writes files of which the middle ones take long, about 0.1 s each, so
// that a test can strike while workers are busy and hold others. It returns
// them sorted.
func work(t *testing.T) (root string, files []string) { return workOf(t, 12) }

// workOf is work with so many files that take long.
func workOf(t *testing.T, long int) (root string, files []string) {
	t.Helper()
	root = t.TempDir()
	small := filepath.Join(t.TempDir(), "small")
	require.NoError(t, os.WriteFile(small, []byte("package p\n"), 0o666))
	big := filepath.Join(t.TempDir(), "big")
	function := "func f(x int) bool { return x > 0 && x < 9 }\n"
	require.NoError(t, os.WriteFile(big, []byte("package p\n"+strings.Repeat(function, 60_000)), 0o666))

	link := func(source, name string) {
		path := filepath.Join(root, name)
		require.NoError(t, os.Link(source, path))
		files = append(files, path)
	}
	for i := range 300 {
		link(small, fmt.Sprintf("a%03d.go", i))
		link(small, fmt.Sprintf("c%03d.go", i))
	}
	for i := range long {
		link(big, fmt.Sprintf("b%03d.go", i))
	}
	slices.Sort(files)
	return root, files
}

// busyRun starts the job and returns when both workers are busy, with their
// process ids and what was opened so far.
func busyRun(t *testing.T) (r *jobRun, files []string, o *opens, opened []string, workers []int) {
	t.Helper()
	root, files := work(t)
	o = watchOpens(t, root)
	r = newRun(t, "job.hcl", "--workers", "2", "--var", "root="+root)
	r.WaitDelay = 10 * time.Second
	require.NoError(t, r.Start())
	opened = o.until(2, "b*.go")
	workers = children(t, r.Process.Pid)
	require.Len(t, workers, 2)
	return r, files, o, opened, workers
}

func TestKilledWorkerCostsOnlyWhatItHadBegun(t *testing.T) {
	t.Parallel()
	r, files, o, opened, workers := busyRun(t)
	require.NoError(t, syscall.Kill(workers[0], syscall.SIGKILL))
	r.exits(t, 1, r.Wait())

	lines := r.lines(t)
	require.Equal(t, files, paths(lines), "every file has one line")
	opened = append(opened, o.rest()...)
	slices.Sort(opened)
	require.Equal(t, files, opened, "every file was analysed once, those that failed too")
	lost := 0
	for _, l := range lines {
		if l.Result == nil {
			require.Regexp(t, `^(worker|result)-lost: `, l.Error)
			lost++
		}
	}
	require.Positive(t, lost)
	sum := r.counts(t)
	require.Equal(t, 1, sum.Workers.Lost)
	require.Equal(t, lost, sum.Tasks["count"].Exceptions)
	require.Equal(t, len(files)-lost, sum.Tasks["count"].Results)
	requireGone(t, 0, workers...)
}

func TestInterruptLeavesNoProcess(t *testing.T) {
	t.Parallel()
	r, files, o, opened, workers := busyRun(t)
	require.NoError(t, r.Process.Signal(os.Interrupt))
	r.exits(t, 130, r.Wait())
	requireGone(t, 0, workers...)

	lines := r.lines(t)
	require.Equal(t, files, paths(lines), "every file has one line")
	opened = append(opened, o.rest()...)
	var completed []string
	for _, l := range lines {
		if l.Result == nil {
			require.True(t, l.Cancelled, l.Error)
		} else {
			completed = append(completed, l.Input.Path)
		}
	}
	slices.Sort(opened)
	require.Equal(t, opened, completed, "what had begun was completed")
	require.Less(t, len(completed), len(files))
	require.Equal(t, 130, r.counts(t).ExitCode)
}

func TestWorkersEndWithAHostThatIsKilled(t *testing.T) {
	t.Parallel()
	r, _, _, _, workers := busyRun(t)
	require.NoError(t, r.Process.Kill())
	require.Error(t, r.Wait())
	requireGone(t, 2*time.Second, workers...)
}

// children returns the processes that a process has started and that live.
func children(t *testing.T, parent int) (pids []int) {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	require.NoError(t, err)
	for _, path := range stats {
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		require.NoError(t, err)
		if state, ppid := process(pid); ppid == parent && alive(state) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// process returns a process's state, empty if there is none, and its parent.
func process(pid int) (state string, parent int) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", 0
	}
	// pid (name) state parent …; the name may be anything
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	parent, _ = strconv.Atoi(fields[1])
	return fields[0], parent
}

// alive is not true of a process that has ended and waits for a parent to
// take note, which for an orphan is the system's business.
func alive(state string) bool { return state != "" && state != "Z" && state != "X" }

func requireGone(t *testing.T, within time.Duration, pids ...int) {
	t.Helper()
	gone := func() bool {
		return !slices.ContainsFunc(pids, func(pid int) bool { state, _ := process(pid); return alive(state) })
	}
	if within == 0 {
		require.True(t, gone(), "%v are to be gone", pids)
		return
	}
	require.Eventually(t, gone, within, 10*time.Millisecond, "%v are to be gone", pids)
}
