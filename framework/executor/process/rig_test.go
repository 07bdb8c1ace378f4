//go:build linux

package process_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

const (
	actEnv  = "PROCESS_TEST_ACT"  // which part this binary is to play
	markEnv = "PROCESS_TEST_MARK" // by which a test finds its processes
)

// patience bounds what should take milliseconds, on a busy machine.
const patience = 30 * time.Second

// quickGrace is the grace of tests in which code does not heed its context.
const quickGrace = 100 * time.Millisecond

// rig is a scheduler on workers made of this binary, whose processes it knows.
type rig struct {
	*scheduler.Scheduler
	t    *testing.T
	mark string
	logs *logs
}

func newRig(t *testing.T, workers int, opts ...process.Option) *rig {
	t.Helper()
	mark := uuid.NewString()
	exec := process.Self(workers, append([]process.Option{process.Env(map[string]string{markEnv: mark}), process.Grace(quickGrace)}, opts...)...)
	return rigOn(t, mark, exec)
}

func rigOn(t *testing.T, mark string, exec scheduler.Executor) *rig {
	t.Helper()
	logs := &logs{}
	r := &rig{t: t, mark: mark, logs: logs, Scheduler: scheduler.New(exec, scheduler.Logger(slog.New(logs)))}
	return r
}

// begin starts a run that is over with the test.
func (r *rig) begin(opts ...scheduler.RunOption) {
	r.t.Helper()
	opts = append([]scheduler.RunOption{scheduler.ExceptionPolicy(scheduler.Continue), scheduler.CancellationPolicy(scheduler.Continue)}, opts...)
	require.NoError(r.t, r.Start(context.Background(), opts...))
	r.t.Cleanup(func() {
		r.Kill("the test is over", nil)
		_, _ = r.Wait()
		require.Empty(r.t, processes(r.mark), "processes are left")
	})
}

// finish waits for the end of the run, in which everything must have ended.
func (r *rig) finish() scheduler.Exit {
	r.t.Helper()
	var exit scheduler.Exit
	ended := make(chan error, 1)
	go func() {
		var err error
		exit, err = r.Wait()
		ended <- err
	}()
	select {
	case err := <-ended:
		require.NoError(r.t, err)
	case <-time.After(2 * patience):
		require.FailNow(r.t, "the run does not end")
	}
	counts := r.Counts()
	require.Equal(r.t, counts.Submitted, counts.Results+counts.Exceptions+counts.Cancelled)
	require.Zero(r.t, counts.Late)
	require.Empty(r.t, processes(r.mark), "processes are left")
	return exit
}

func submit[In, Out any](t *testing.T, s *scheduler.Scheduler, def *task.Def[In, Out], in In) *scheduler.Future[Out] {
	t.Helper()
	f, err := scheduler.Submit(s, def, in)
	require.NoError(t, err)
	return f
}

// get submits a call and returns its outcome.
func get[In, Out any](t *testing.T, s *scheduler.Scheduler, def *task.Def[In, Out], in In) (Out, error) {
	t.Helper()
	f := submit(t, s, def, in)
	await(t, f)
	out, err, _ := f.Result()
	return out, err
}

func await(t *testing.T, f scheduler.AnyFuture) {
	t.Helper()
	select {
	case <-f.Done():
	case <-time.After(patience):
		require.FailNow(t, "the future does not end", "task %s, state %s", f.Task(), f.State())
	}
}

// requireLost requires that a call failed because its worker died.
func requireLost(t *testing.T, err error, kind string) *process.LostError {
	t.Helper()
	var lost *process.LostError
	require.ErrorAs(t, err, &lost)
	require.Equal(t, kind, task.KindOf(err))
	require.ErrorIs(t, err, task.Kind(kind))
	require.Equal(t, kind, lost.Kind())
	require.True(t, task.IsRetryable(err))
	return lost
}

// processes returns those that carry the mark and are not dead.
func processes(mark string) []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		panic(err)
	}
	var pids []int
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		// What cannot be read is gone, a zombie or somebody else's.
		env, err := os.ReadFile(filepath.Join("/proc", e.Name(), "environ"))
		if err == nil && strings.Contains(string(env), markEnv+"="+mark) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// eventually polls what nothing tells of.
func eventually(t *testing.T, d time.Duration, what string, done func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for over := time.After(d); ; {
		if done() {
			return
		}
		select {
		case <-tick.C:
		case <-over:
			require.FailNow(t, what)
		}
	}
}

// tempDir returns a folder with a path short enough for sockets.
func tempDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pt")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// door is where calls of hold wait.
type door struct {
	t    *testing.T
	path string
	l    *net.UnixListener
}

// guest is a call that waits at a door.
type guest struct {
	t    *testing.T
	pid  int
	conn net.Conn
}

func newDoor(t *testing.T) *door {
	t.Helper()
	path := filepath.Join(tempDir(t), "s")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return &door{t, path, l}
}

// guest waits for a call to come.
func (d *door) guest() *guest {
	d.t.Helper()
	require.NoError(d.t, d.l.SetDeadline(time.Now().Add(patience)))
	conn, err := d.l.Accept()
	require.NoError(d.t, err)
	d.t.Cleanup(func() { _ = conn.Close() })
	line, err := bufio.NewReader(conn).ReadString('\n')
	require.NoError(d.t, err)
	g := &guest{t: d.t, conn: conn}
	_, err = fmt.Sscan(line, &g.pid)
	require.NoError(d.t, err)
	return g
}

func (g *guest) letGo() {
	g.t.Helper()
	_, err := g.conn.Write([]byte{1})
	require.NoError(g.t, err)
}

func (g *guest) signal(s unix.Signal) {
	g.t.Helper()
	require.NoError(g.t, unix.Kill(g.pid, s))
}

func shutdown(fd int) { _ = unix.Shutdown(fd, unix.SHUT_RDWR) }

// logs collects records as text.
type logs struct {
	mu    sync.Mutex
	lines []string
	attrs []slog.Attr
	root  *logs
}

func (l *logs) Enabled(context.Context, slog.Level) bool { return true }
func (l *logs) WithGroup(string) slog.Handler            { return l }
func (l *logs) WithAttrs(a []slog.Attr) slog.Handler {
	root := l
	if l.root != nil {
		root = l.root
	}
	return &logs{root: root, attrs: append(l.attrs[:len(l.attrs):len(l.attrs)], a...)}
}

func (l *logs) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", r.Level, r.Message)
	for _, a := range l.attrs {
		fmt.Fprintf(&b, " %s", a)
	}
	r.Attrs(func(a slog.Attr) bool { fmt.Fprintf(&b, " %s", a); return true })
	root := l
	if l.root != nil {
		root = l.root
	}
	root.mu.Lock()
	defer root.mu.Unlock()
	root.lines = append(root.lines, b.String())
	return nil
}

func (l *logs) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines, "\n")
}
