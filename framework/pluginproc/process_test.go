//go:build linux

package pluginproc_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/signalbox-go/signalbox/framework/pluginproc"
)

// Not parallel: it sets the host's environment.
func TestEnvironment(t *testing.T) {
	t.Setenv("SECRET_TOKEN", "s3cret")
	t.Setenv("SIGNALBOX_PLUGIN", "wrong")
	t.Setenv("LC_TIME", "C")
	b := setup(t, "plugin")
	b.config.Env["MINE"] = "yes=no"
	b.config.Env["LC_TIME"] = "POSIX"
	b.config.Env["PLUGIN_PROTOCOL_VERSIONS"] = "99"
	b.config.Dir = "/"
	p := b.start(t)

	env := map[string]string{}
	for kv := range strings.SplitSeq(ask(t, p, "env"), "\n") {
		k, v, _ := strings.Cut(kv, "=")
		env[k] = v
	}
	require.NotContains(t, env, "SECRET_TOKEN")
	require.Equal(t, "yes=no", env["MINE"])
	require.Equal(t, "POSIX", env["LC_TIME"])
	require.Equal(t, os.Getenv("PATH"), env["PATH"])
	require.Equal(t, "3", env["SIGNALBOX_LIFE_FD"])
	require.Equal(t, "6f1c7a9e-signalbox-v1", env["SIGNALBOX_PLUGIN"])
	require.Equal(t, "1", env["PLUGIN_PROTOCOL_VERSIONS"])
	require.True(t, strings.HasPrefix(env["PLUGIN_UNIX_SOCKET_DIR"], b.config.RuntimeDir))
	require.Equal(t, "/", ask(t, p, "wd"))
	require.Equal(t, "0 <nil>", ask(t, p, "stdin"))
}

// Not parallel: it counts the process's file descriptors.
func TestStartsLeaveNothingBehind(t *testing.T) {
	before := goleak.IgnoreCurrent()
	b := setup(t, "plugin")
	cycle := func(i int) {
		p, err := pluginproc.Start(t.Context(), b.config)
		require.NoError(t, err)
		switch i % 3 {
		case 0:
			p.Kill()
		case 1:
			p.Stop(t.Context())
		default: // nobody does anything about its death
			_, err := do(p, "exit 3")
			require.Error(t, err)
			require.Equal(t, 3, exitOf(t, p).Code)
			p.Stop(t.Context())
		}
	}
	cycle(0) // what is opened once and for all
	fds := openFiles(t)
	for i := range 20 {
		cycle(i)
	}
	// gRPC may be closing its last socket still, here as in the count before.
	require.Eventually(t, func() bool { return openFiles(t) <= fds }, patience, time.Millisecond)
	goleak.VerifyNone(t, before)
}

func openFiles(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	return len(list)
}

func TestProcess(t *testing.T) {
	t.Parallel()
	b := setup(t, "plugin")
	told := make(chan pluginproc.Exit, 1)
	b.config.OnExit = func(e pluginproc.Exit) { told <- e }
	before := time.Now()
	p := b.start(t)
	require.Positive(t, p.PID())
	require.WithinRange(t, p.Started(), before, time.Now())
	select {
	case <-p.Exited():
		require.FailNow(t, "ended already")
	default:
	}

	within(t, patience/2, func() { p.Stop(t.Context()) })
	e := exitOf(t, p)
	require.True(t, e.OK())
	require.Equal(t, "exit code 0", e.String())
	require.Positive(t, e.UserTime+e.SystemTime)
	require.Positive(t, e.MaxRSS)
	require.Equal(t, e, <-told)

	// All of it again, on what is gone.
	p.Stop(t.Context())
	p.Kill()
	require.NoError(t, p.Terminate())
	_, err := do(p, "nothing")
	require.Error(t, err)
}

func TestMessageLimit(t *testing.T) {
	t.Parallel()
	b := setup(t, "plugin")
	require.Len(t, ask(t, b.start(t), "bytes"), 2<<20)
	b.config.MaxMessageBytes = 1 << 20
	_, err := do(b.start(t), "bytes")
	require.Equal(t, codes.ResourceExhausted, status.Code(err))
}

func TestExit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		commands []string
		text     string
		frame    string
	}{
		"code":                  {[]string{"exit 3"}, "exit code 3", ""},
		"well":                  {[]string{"stderr panic: not really\n", "exit 0"}, "exit code 0", ""},
		"panic":                 {[]string{"panic boom"}, "exit code 2: panic: boom", "pluginproc_test.obey"},
		"panic elsewhere":       {[]string{"panic-elsewhere boom"}, "exit code 2: panic: boom", "pluginproc_test.explode"},
		"nil pointer":           {[]string{"nil"}, "exit code 2: panic: runtime error: invalid memory address or nil pointer dereference", "pluginproc_test.obey"},
		"nil pointer, all told": {[]string{"traceback system", "nil"}, "exit code 2: panic: runtime error: invalid memory address or nil pointer dereference", "pluginproc_test.obey"},
		"nil pointer, aborted":  {[]string{"traceback crash", "nil"}, "killed by signal 6 (SIGABRT): panic: runtime error: invalid memory address or nil pointer dereference", "pluginproc_test.obey"},
		"segfault":              {[]string{"segfault"}, "exit code 2: SIGSEGV: segmentation violation", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := setup(t, "plugin").start(t)
			var err error
			for _, command := range c.commands {
				_, err = do(p, command)
			}
			require.Error(t, err)
			e := exitOf(t, p)
			require.Equal(t, c.text, e.String())
			require.False(t, e.OOM)
			if c.frame != "" {
				require.NotEmpty(t, e.Frames)
				require.Contains(t, e.Frames[0], c.frame, "%q", e.Frames)
				require.Contains(t, e.Frames[0], "acts_test.go:")
				require.LessOrEqual(t, len(e.Frames), 20)
				_, account, ok := strings.Cut(e.Stderr, e.Reason+"\n")
				require.True(t, ok, "%s", e.Stderr)
				require.Contains(t, account, "goroutine ")
			}
		})
	}
}

func TestExitText(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]pluginproc.Exit{
		"exit code 0":                                 {},
		"exit code 3":                                 {Code: 3},
		"exit code 2: panic: boom":                    {Code: 2, Reason: "panic: boom"},
		"killed by signal 9 (SIGKILL)":                {Code: -1, Signal: syscall.SIGKILL},
		"killed by signal 9 (SIGKILL), out of memory": {Code: -1, Signal: syscall.SIGKILL, OOM: true},
		"ended in an unknown way (no such process)":   {Code: -1, Err: syscall.ESRCH},
	} {
		require.Equal(t, want, e.String())
		require.Equal(t, want == "exit code 0", e.OK())
	}
}

func TestFaultSignals(t *testing.T) {
	t.Parallel()
	t.Run("kill", func(t *testing.T) {
		t.Parallel()
		p := setup(t, "plugin").start(t)
		p.Kill()
		e := exitOf(t, p)
		require.Equal(t, "killed by signal 9 (SIGKILL)", e.String())
		require.Equal(t, -1, e.Code)
		require.Equal(t, os.Kill, e.Signal)
	})
	t.Run("terminate", func(t *testing.T) {
		t.Parallel()
		p := setup(t, "plugin").start(t)
		require.NoError(t, p.Terminate())
		require.Equal(t, "killed by signal 15 (SIGTERM)", exitOf(t, p).String())
	})
	t.Run("from outside", func(t *testing.T) {
		t.Parallel()
		p := setup(t, "plugin").start(t)
		require.NoError(t, syscall.Kill(p.PID(), syscall.SIGKILL))
		require.Equal(t, "killed by signal 9 (SIGKILL)", exitOf(t, p).String())
	})
}

// A stopped process answers nothing, and takes no SIGTERM.
func TestFaultStoppedProcessIsKilled(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*pluginproc.Process){
		"Kill": func(p *pluginproc.Process) { p.Kill() },
		"Stop": func(p *pluginproc.Process) {
			ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
			defer cancel()
			p.Stop(ctx)
		},
		"Stop, too late": func(p *pluginproc.Process) {
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			p.Stop(ctx)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := setup(t, "plugin").start(t)
			freeze(t, p.PID())
			within(t, 2*time.Second, func() { end(p) })
			require.Equal(t, "killed by signal 9 (SIGKILL)", exitOf(t, p).String())
		})
	}
}

// freeze stops a process and waits until each of its threads has stopped.
func freeze(t *testing.T, pid int) {
	t.Helper()
	require.NoError(t, syscall.Kill(pid, syscall.SIGSTOP))
	require.Eventually(t, func() bool {
		threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
		require.NoError(t, err)
		for _, thread := range threads {
			stat, err := os.ReadFile(thread)
			if err != nil || !bytes.Contains(stat, []byte(") T ")) {
				return false
			}
		}
		return len(threads) > 0
	}, patience, time.Millisecond)
}

func TestStopKillsWhoIgnoresSIGTERM(t *testing.T) {
	t.Parallel()
	p := setup(t, "plugin").start(t)
	ask(t, p, "ignore-sigterm")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	within(t, 2*time.Second, func() { p.Stop(ctx) })
	exitOf(t, p)
}

// Whoever still holds the output must not delay the end, and must end too.
func TestFaultDescendants(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*testing.T, *pluginproc.Process){
		"Kill": func(_ *testing.T, p *pluginproc.Process) { p.Kill() },
		"Stop": func(t *testing.T, p *pluginproc.Process) { p.Stop(t.Context()) },
		"by itself": func(t *testing.T, p *pluginproc.Process) {
			_, err := do(p, "exit 3")
			require.Error(t, err)
			exitOf(t, p)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, b := newHolder(t), setup(t, "plugin")
			b.config.Env[holdEnv] = h.path
			p := b.start(t)
			ask(t, p, "child")
			_, child := h.accept(t)
			within(t, 2*time.Second, func() { end(t, p) })
			exitOf(t, p)
			gone(t, child, 2*time.Second)
		})
	}
}

func TestEscapedDescendantDoesNotDelayTheEnd(t *testing.T) {
	t.Parallel()
	h, b := newHolder(t), setup(t, "plugin")
	b.config.Env[holdEnv] = h.path
	p := b.start(t)
	ask(t, p, "escaped-child")
	h.accept(t) // it lives until the test closes this connection
	within(t, time.Second, p.Kill)
	exitOf(t, p)
}

func TestShellWrapper(t *testing.T) {
	t.Parallel()
	wrapped := func(t *testing.T) (*holder, *pluginproc.Process) {
		h, b := newHolder(t), setup(t, "holding plugin")
		b.config.Env[holdEnv], b.config.Env["PROGRAM"] = h.path, b.config.Path
		b.config.Path, b.config.Args = "/bin/sh", []string{"-c", `"$PROGRAM"; exit $?`}
		return h, b.start(t)
	}
	t.Run("Kill", func(t *testing.T) {
		t.Parallel()
		h, p := wrapped(t)
		_, plugin := h.accept(t)
		within(t, 2*time.Second, p.Kill)
		require.Equal(t, "killed by signal 9 (SIGKILL)", exitOf(t, p).String())
		gone(t, plugin, 2*time.Second)
	})
	t.Run("Stop", func(t *testing.T) {
		t.Parallel()
		h, p := wrapped(t)
		_, plugin := h.accept(t)
		within(t, 2*time.Second, func() { p.Stop(t.Context()) })
		require.True(t, exitOf(t, p).OK())
		gone(t, plugin, 2*time.Second)
	})
	t.Run("exit code", func(t *testing.T) {
		t.Parallel()
		_, p := wrapped(t)
		_, err := do(p, "panic boom")
		require.Error(t, err)
		require.Equal(t, "exit code 2: panic: boom", exitOf(t, p).String())
	})
}

// What a plugin said before its death can be read after it.
func TestLastWords(t *testing.T) {
	t.Parallel()
	p := setup(t, "plugin").start(t)
	stream, err := p.Conn().NewStream(t.Context(), &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}, "/test.Commands/Watch")
	require.NoError(t, err)
	ask(t, p, "await sent")
	p.Kill()
	exitOf(t, p)

	var said wrapperspb.StringValue
	require.NoError(t, stream.RecvMsg(&said))
	require.Equal(t, "last words", said.Value)
	require.Error(t, stream.RecvMsg(&said))
	within(t, time.Second, func() { p.Stop(t.Context()) })
}

func TestFaultPluginsDieWithTheirHost(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		act, who string // who comes to the holder, besides the host
		frozen   bool
	}{
		"by the kernel":               {"holding plugin", "p", false},
		"by the life pipe":            {"life pipe", "p", false},
		"stopped":                     {"holding plugin", "p", true},
		"with what it started":        {"with a child", "gp", false},
		"stopped, with what it began": {"with a child", "gp", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, dir := newHolder(t), t.TempDir()
			host := exec.Command("/proc/self/exe")
			host.Env = append(os.Environ(), actEnv+"=host", "PLUGINPROC_TEST_PLUGIN="+c.act, holdEnv+"="+h.path)
			short, err := os.MkdirTemp("", "pp")
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, os.RemoveAll(short)) })
			host.Env = append(host.Env, dirEnv+"="+short)
			host.Dir, host.Stderr = dir, os.Stderr
			require.NoError(t, host.Start())

			// The host is up when the last of them has come.
			var came []string
			var conns []net.Conn
			for range len(c.who) + 1 {
				who, conn := h.accept(t)
				came, conns = append(came, who), append(conns, conn)
			}
			require.ElementsMatch(t, strings.Split("h"+c.who, ""), came)
			if c.frozen {
				for i, conn := range conns {
					if came[i] != "h" {
						freeze(t, peerOf(t, conn))
					}
				}
			}
			require.NoError(t, host.Process.Kill())
			require.Error(t, host.Wait())
			for _, conn := range conns {
				gone(t, conn, 2*time.Second)
			}
		})
	}
}

// peerOf returns the process at the other end of a connection.
func peerOf(t *testing.T, c net.Conn) int {
	t.Helper()
	raw, err := c.(*net.UnixConn).SyscallConn()
	require.NoError(t, err)
	var cred *unix.Ucred
	require.NoError(t, raw.Control(func(fd uintptr) {
		cred, err = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	}))
	require.NoError(t, err)
	return int(cred.Pid)
}
