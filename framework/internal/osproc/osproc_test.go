//go:build linux

package osproc_test

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/signalbox-go/signalbox/framework/internal/osproc"
)

// hostEnv makes this binary a host that runs a script and waits for its death.
const hostEnv = "OSPROC_TEST_HOST"

func TestMain(m *testing.M) {
	if script := os.Getenv(hostEnv); script != "" {
		host(script)
	}
	goleak.VerifyTestMain(m)
}

func host(script string) {
	cmd := exec.Command("/bin/sh", "-c", script)
	cmd.Stdout = os.Stdout
	c, err := osproc.Start(cmd)
	if err == nil {
		err = c.Unguarded()
	}
	if err != nil {
		panic(err)
	}
	os.Stdout.WriteString("guarded\n")
	select {}
}

// Everything in the group ends when the host is killed: reading meets the end
// of the pipe that all of them hold, and not the deadline.
func TestGroupEndsWithItsHost(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{
		"at work":                      "sleep 60 & sleep 61 & echo up; wait",
		"deaf to signals":              "trap '' HUP INT TERM; sleep 60 & echo up; wait",
		"stopped":                      "sleep 60 & kill -STOP $!; echo up; kill -STOP $$",
		"its end of the pipe closed":   "exec 3<&-; sleep 60 & echo up; wait",
		"its leader dead and unreaped": "sleep 60 & exec 3<&-; echo up; kill -KILL $$",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, w, err := os.Pipe()
			require.NoError(t, err)
			defer r.Close()
			require.NoError(t, r.SetReadDeadline(time.Now().Add(10*time.Second)))
			self, err := os.Executable()
			require.NoError(t, err)
			cmd := exec.Command(self)
			cmd.Env = append(os.Environ(), hostEnv+"="+script)
			cmd.Stdout, cmd.Stderr = w, os.Stderr
			require.NoError(t, cmd.Start())
			require.NoError(t, w.Close())
			out := bufio.NewReader(r)
			require.ElementsMatch(t, []string{"up\n", "guarded\n"}, []string{line(t, out), line(t, out)})

			require.NoError(t, cmd.Process.Kill())
			require.Error(t, cmd.Wait())
			require.NoError(t, r.SetReadDeadline(time.Now().Add(2*time.Second)))
			_, err = out.ReadByte()
			require.EqualError(t, err, "EOF", "somebody outlives the host")
		})
	}
}

// start runs a shell script and returns it with its output.
func start(t *testing.T, script string) (*osproc.Child, *bufio.Reader) {
	t.Helper()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer w.Close()
	t.Cleanup(func() { _ = r.Close() })
	require.NoError(t, r.SetReadDeadline(time.Now().Add(10*time.Second)))
	cmd := exec.Command("/bin/sh", "-c", script)
	cmd.Stdout = w
	c, err := osproc.Start(cmd)
	require.NoError(t, err)
	return c, bufio.NewReader(r)
}

func line(t *testing.T, r *bufio.Reader) string {
	t.Helper()
	s, err := r.ReadString('\n')
	require.NoError(t, err)
	return s
}

func TestExitStatus(t *testing.T) {
	t.Parallel()
	c, _ := start(t, "exit 3")
	st := c.Wait()
	require.NoError(t, st.Err)
	require.Equal(t, 3, st.State.ExitCode())
	require.Nil(t, osproc.Signal(st.State))
	require.False(t, st.OOM)
	require.Positive(t, osproc.MaxRSS(st.State))
	require.NoError(t, c.Kill(), "nothing is left to kill")
	require.NoError(t, c.Terminate())
}

func TestKillAndTerminate(t *testing.T) {
	t.Parallel()
	for want, end := range map[string]func(*osproc.Child) error{
		"9 (SIGKILL)": (*osproc.Child).Kill, "15 (SIGTERM)": (*osproc.Child).Terminate,
	} {
		c, out := start(t, "echo up; exec sleep 60")
		line(t, out)
		require.NoError(t, end(c))
		st := c.Wait()
		require.Equal(t, want, osproc.SignalText(osproc.Signal(st.State)))
		require.False(t, st.OOM)
	}
}

// The group ends with its leader: reading meets the end of the pipe, which the
// descendant holds, and not the deadline.
func TestGroupDiesWithItsLeader(t *testing.T) {
	t.Parallel()
	c, out := start(t, "sleep 60 & echo up")
	line(t, out)
	require.Zero(t, c.Wait().State.ExitCode())
	_, err := out.ReadByte()
	require.EqualError(t, err, "EOF")
}

func TestFailedStartHoldsNothing(t *testing.T) {
	t.Parallel()
	_, err := osproc.Start(exec.Command("/nonexistent"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	text := filepath.Join(t.TempDir(), "text")
	require.NoError(t, os.WriteFile(text, []byte("hello"), 0o700))
	_, err := osproc.Start(exec.Command(text))
	for osproc.TextBusy(err) { // another test forked while the file was written
		_, err = osproc.Start(exec.Command(text))
	}
	require.True(t, osproc.WrongFormat(err), "%v", err)
	require.False(t, osproc.TextBusy(err))
	require.NoError(t, osproc.Executable(text))
	require.Error(t, osproc.Executable(filepath.Dir(text)+"/none"))
}

// A child must not die when the thread of the goroutine that started it does.
func TestChildSurvivesItsStartersThread(t *testing.T) {
	t.Parallel()
	stdin, hold, err := os.Pipe()
	require.NoError(t, err)
	defer hold.Close()
	out, w, err := os.Pipe()
	require.NoError(t, err)
	defer out.Close()
	cmd := exec.Command("/bin/sh", "-c", "read line; echo over")
	cmd.Stdin, cmd.Stdout = stdin, w

	var c *osproc.Child
	tid := onDyingThread(func() { c, err = osproc.Start(cmd) })
	require.NoError(t, err)
	require.NoError(t, stdin.Close())
	require.NoError(t, w.Close())
	require.Eventually(t, func() bool {
		return syscall.Tgkill(os.Getpid(), tid, 0) != nil
	}, 10*time.Second, time.Millisecond, "the thread ends")

	require.NoError(t, hold.Close())
	text, err := io.ReadAll(out)
	require.NoError(t, err)
	require.Equal(t, "over\n", string(text))
	require.Zero(t, c.Wait().State.ExitCode())
}

// onDyingThread runs f on a thread that ends after it. The process's first
// thread never ends, so it is kept busy if it is met.
func onDyingThread(f func()) (tid int) {
	done, release := make(chan int), make(chan struct{})
	defer close(release)
	for {
		go func() {
			runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
			tid := syscall.Gettid()
			if tid == os.Getpid() {
				done <- 0
				<-release
				return
			}
			f()
			done <- tid
		}()
		if tid := <-done; tid != 0 {
			return tid
		}
	}
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 10 {
				cmd := exec.Command("/bin/true")
				c, err := osproc.Start(cmd)
				if err != nil {
					t.Error(err)
					return
				}
				wg.Go(func() { _ = c.Kill() })
				if st := c.Wait(); st.Err != nil {
					t.Error(st.Err)
				}
			}
		})
	}
	wg.Wait()
}
