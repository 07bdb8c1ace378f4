//go:build linux

package process_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// survival is how long processes may outlive their host.
const survival = 2 * time.Second

// act starts this binary in another part.
func act(t *testing.T, name string, env ...string) (cmd *exec.Cmd, stderr *strings.Builder, mark string) {
	t.Helper()
	mark = uuid.NewString()
	self, err := os.Executable()
	require.NoError(t, err)
	stderr = &strings.Builder{}
	cmd = exec.Command(self)
	cmd.Env = append(os.Environ(), actEnv+"="+name, markEnv+"="+mark)
	cmd.Env = append(cmd.Env, env...)
	cmd.Stderr = stderr
	t.Cleanup(func() {
		for _, pid := range processes(mark) {
			_ = unix.Kill(pid, unix.SIGKILL) // a test has failed
		}
	})
	return cmd, stderr, mark
}

// TestFaultHostDies kills a host that had no time for good-byes, while its workers
// run code that ignores everything.
func TestFaultHostDies(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		work   string
		signal syscall.Signal
	}{
		"SIGKILL, at work":        {"hold", syscall.SIGKILL},
		"SIGTERM, at work":        {"hold", syscall.SIGTERM},
		"SIGQUIT, at work":        {"hold", syscall.SIGQUIT},
		"SIGKILL, while starting": {"starting", syscall.SIGKILL},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDoor(t)
			cmd, _, mark := act(t, hostsAct, doorEnv+"="+d.path, workEnv+"="+test.work)
			require.NoError(t, cmd.Start())
			if test.work == "starting" {
				eventually(t, patience, "workers are started", func() bool { return len(processes(mark)) == 3 })
			} else {
				one, two := d.guest(), d.guest()
				require.ElementsMatch(t, []int{cmd.Process.Pid, one.pid, two.pid}, processes(mark))
			}
			require.NoError(t, cmd.Process.Signal(test.signal))
			require.Error(t, cmd.Wait())
			eventually(t, survival, "processes outlive their host", func() bool { return len(processes(mark)) == 0 })
		})
	}
}

// TestFaultHostDiesWithGrandchildren has a worker that has started a program, which
// knows nothing of hosts and holds the worker's output open.
func TestFaultHostDiesWithGrandchildren(t *testing.T) {
	t.Parallel()
	for _, frozen := range []bool{false, true} {
		t.Run(fmt.Sprint("frozen ", frozen), func(t *testing.T) {
			t.Parallel()
			d := newDoor(t)
			cmd, _, mark := act(t, hostsAct, doorEnv+"="+d.path, workEnv+"=spawn")
			require.NoError(t, cmd.Start())
			d.guest()
			d.guest()
			all := processes(mark)
			require.Len(t, all, 4)
			if frozen {
				for _, pid := range all {
					if pid != cmd.Process.Pid {
						require.NoError(t, unix.Kill(pid, unix.SIGSTOP))
						eventually(t, patience, "the process stops", func() bool { return stands(t, pid) })
					}
				}
			}
			require.NoError(t, cmd.Process.Kill())
			require.Error(t, cmd.Wait())
			eventually(t, survival, "processes outlive their host", func() bool { return len(processes(mark)) == 0 })
		})
	}
}

// TestFaultHostDiesWithFrozenWorkers has workers that cannot notice anything.
func TestFaultHostDiesWithFrozenWorkers(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	cmd, _, mark := act(t, hostsAct, doorEnv+"="+d.path, workEnv+"=hold")
	require.NoError(t, cmd.Start())
	for range 2 {
		d.guest().signal(unix.SIGSTOP)
	}
	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())
	eventually(t, survival, "processes outlive their host", func() bool { return len(processes(mark)) == 0 })
}

const missingLine = "sdk.ServeIfPlugin(…) must be called first thing in main (in tests: in TestMain), with every task that workers are to run"

// TestProgramWithoutTheCall would run again and again in its own workers.
func TestProgramWithoutTheCall(t *testing.T) {
	t.Parallel()
	cmd, stderr, mark := act(t, "without the call")
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	require.Contains(t, string(out), `task: scheduler: unknown task "pid": `+missingLine)
	require.Contains(t, string(out), "start: process: plugin ")
	require.Equal(t, 2, strings.Count(string(out), missingLine))
	require.Empty(t, processes(mark))
}

// TestProgramWithALateCall starts workers that come as far as being a host.
func TestProgramWithALateCall(t *testing.T) {
	t.Parallel()
	cmd, stderr, mark := act(t, "with a late call")
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	require.Contains(t, string(out), "task: <nil>\n")
	require.Contains(t, string(out), "start: process: plugin ")
	require.Contains(t, string(out), "this process was started as a worker, but its program went on as a host would: "+missingLine)
	require.Empty(t, processes(mark))
}

// TestPluginWithoutTheCall is such a program, taken for a plugin.
func TestPluginWithoutTheCall(t *testing.T) {
	t.Parallel()
	r := newPeers(t, 1, "", map[string]string{actEnv: "without the call"})
	err := r.Start(t.Context())
	require.ErrorContains(t, err, "exit code 2: fatal error: this process was started as a worker, but its program went on as a host would: "+missingLine)
	require.Empty(t, processes(r.mark))
}
