package control_test

import (
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/control"
	"github.com/signalbox-go/signalbox/framework/extension/limiter"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/status"
	"github.com/signalbox-go/signalbox/framework/view"
)

func TestARunIsFoundAndLookedAt(t *testing.T) {
	ownFolder(t)
	r := start(t, "nightly")
	server, c := r.serve(t, control.Job("/jobs/nightly.hcl"))
	r.submit(t, "one")
	r.submit(t, "two")
	<-r.begun
	r.told(t)

	all, err := control.List(t.Context())
	require.NoError(t, err)
	require.Len(t, all, 1)
	info := all[0].Info()
	require.True(t, info.Started.Equal(server.Info().Started))
	info.Started = server.Info().Started
	require.Equal(t, server.Info(), info)
	require.Equal(t, "nightly", info.Name)
	require.Equal(t, os.Getpid(), info.PID)
	require.Equal(t, "/jobs/nightly.hcl", info.Job)

	for _, name := range []string{"nightly", info.ID, info.ID[:5]} {
		found, err := control.Find(t.Context(), name)
		require.NoError(t, err)
		require.Equal(t, info.ID, found.Info().ID)
	}

	now, err := c.Look(t.Context(), false)
	require.NoError(t, err)
	require.Equal(t, view.Running, now.Phase)
	require.Equal(t, uint64(1), now.Counts.Running)
	require.Equal(t, uint64(1), now.Counts.Waiting)
	require.Nil(t, now.Tree)
	now, err = c.Look(t.Context(), true)
	require.NoError(t, err)
	require.Equal(t, "nightly", now.Tree.Name)

	var missing *control.NotFoundError
	_, err = control.Find(t.Context(), "other")
	require.ErrorAs(t, err, &missing)
	require.ErrorContains(t, err, `there is no run "other"; there are:`)
	require.ErrorContains(t, err, info.ID)
}

func TestActsOnARun(t *testing.T) {
	ownFolder(t)
	r := start(t, "acts")
	_, c := r.serve(t)
	running, waiting := r.submit(t, "one"), r.submit(t, "two")
	<-r.begun
	r.told(t)

	require.NoError(t, c.Pause(t.Context(), true))
	require.True(t, r.s.Paused())
	require.NoError(t, c.Pause(t.Context(), false))
	require.False(t, r.s.Paused())

	n, err := c.Cancel(t.Context(), "", waiting.ID())
	require.NoError(t, err)
	require.Equal(t, 1, n)
	<-waiting.Done()
	require.ErrorIs(t, waiting.Err(), scheduler.ErrCancelled)
	n, err = c.Cancel(t.Context(), "", waiting.ID())
	require.NoError(t, err)
	require.Zero(t, n)
	_, err = c.Cancel(t.Context(), "absent", 0)
	require.ErrorContains(t, err, `there is no task "absent"`)
	n, err = c.Cancel(t.Context(), "work", 0)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	<-running.Done()

	last := r.submit(t, "three")
	<-r.begun
	queued := r.submit(t, "four")
	require.NoError(t, c.Stop(t.Context()))
	<-queued.Done()
	require.ErrorIs(t, queued.Err(), scheduler.ErrCancelled)
	r.release <- struct{}{}
	exit, err := r.s.Wait()
	require.NoError(t, err)
	require.Equal(t, scheduler.ExitStopped, exit.Code)
	require.NoError(t, last.Err())
}

func TestKillEndsWhatRuns(t *testing.T) {
	ownFolder(t)
	r := start(t, "killed")
	_, c := r.serve(t)
	f := r.submit(t, "one")
	<-r.begun
	require.NoError(t, c.Kill(t.Context()))
	_, _ = r.s.Wait()
	require.ErrorIs(t, f.Err(), scheduler.ErrCancelled)
}

func TestFuturesByState(t *testing.T) {
	ownFolder(t)
	r := start(t, "states")
	_, c := r.serve(t)
	r.submit(t, "ok")
	<-r.begun
	for _, in := range []string{"bad", "runs", "waits", "waits too"} {
		r.submit(t, in)
	}
	r.submit(t, "first", scheduler.Priority(3))
	r.release <- struct{}{}
	require.Equal(t, "first", <-r.begun)
	r.release <- struct{}{}
	require.Equal(t, "bad", <-r.begun)
	r.release <- struct{}{}
	require.Equal(t, "runs", <-r.begun)
	r.told(t)

	ids := func(which control.Which) (out []uint64) {
		all, err := c.Futures(t.Context(), which)
		require.NoError(t, err)
		for _, f := range all {
			require.Equal(t, "work", f.Task)
			require.False(t, f.Submitted.IsZero())
			out = append(out, f.ID)
		}
		return out
	}
	require.Equal(t, []uint64{3}, ids(control.Which{State: control.Running}))
	require.Equal(t, []uint64{4, 5}, ids(control.Which{State: control.Waiting}))
	require.Equal(t, []uint64{4}, ids(control.Which{State: control.Waiting, Limit: 1, Task: "work"}))
	require.Equal(t, []uint64{3, 4, 5}, ids(control.Which{}))
	require.Equal(t, []uint64{6, 1}, ids(control.Which{State: control.Result}))
	require.Equal(t, []uint64{2}, ids(control.Which{State: control.Exception}))
	require.Empty(t, ids(control.Which{State: control.Cancelled}))
	for text, which := range map[string]control.Which{
		`state "odd": it must be one of waiting running result exception cancelled`: {State: "odd"},
		`there is no task "odd"`: {Task: "odd"},
		"limit 10001: it must":   {Limit: control.MaxLimit + 1},
	} {
		_, err := c.Futures(t.Context(), which)
		require.ErrorContains(t, err, text)
	}
}

func TestExplain(t *testing.T) {
	ownFolder(t)
	r := start(t, "why")
	_, c := r.serve(t)
	r.submit(t, "bad")
	<-r.begun
	r.submit(t, "runs")
	r.submit(t, "waits")
	r.submit(t, "waits")
	r.submit(t, "urgent", scheduler.Priority(1), scheduler.Within(time.Hour))
	r.release <- struct{}{}
	require.Equal(t, "urgent", <-r.begun)
	r.told(t)
	r.s.Pause()

	explain := func(future uint64) control.Explanation {
		x, err := c.Explain(t.Context(), future)
		require.NoError(t, err)
		require.Equal(t, future, x.Future.ID)
		return x
	}
	x := explain(1)
	require.Equal(t, control.Exception, x.Future.State)
	require.Contains(t, x.Why, "The error: file does not exist")
	require.Regexp(t, `^It ended with an error, \S+ after it was submitted\.$`, x.Why[0])

	x = explain(5)
	require.Equal(t, control.Running, x.Future.State)
	require.Regexp(t, `^Its code has run for \S+, on worker 0 of executor pool\.$`, x.Why[0])
	require.Regexp(t, `Its deadline is in (59m|1h)`, strings.Join(x.Why, "\n"))

	x = explain(4)
	require.Equal(t, control.Waiting, x.Future.State)
	require.Equal(t, 2, x.Ahead)
	require.True(t, x.Paused)
	require.Contains(t, x.Why, "2 others of executor pool are to be begun before: those of a higher priority than 0, and those of the same that came earlier.")
	require.Contains(t, x.Why, "Dispatch is paused: nothing that waits is begun.")
	require.Contains(t, x.Why, "Of the 1 workers of executor pool 1 are busy.")

	_, err := c.Explain(t.Context(), 99)
	require.ErrorIs(t, err, control.ErrUnknown)
	require.ErrorContains(t, err, "so far 5 were submitted")
}

func TestExplainNamesWhoHolds(t *testing.T) {
	ownFolder(t)
	r := start(t, "held", limiter.New(limiter.MaxConcurrent(1), limiter.Queue()))
	_, c := r.serve(t)
	r.submit(t, "one")
	r.submit(t, "two")
	<-r.begun
	r.told(t)
	x, err := c.Explain(t.Context(), 2)
	require.NoError(t, err)
	require.Equal(t, []string{"limiter"}, x.Future.Held)
	require.Contains(t, x.Why, "It is held by limiter, and goes to executor pool when it is released.")
	require.Equal(t, "limiter", x.Extensions[0].Name)
	require.NotEmpty(t, x.Extensions[0].Lines)
}

func TestForgottenFutures(t *testing.T) {
	ownFolder(t)
	r := start(t, "many")
	_, c := r.serve(t)
	close(r.release)
	for range scheduler.KeptResults + 1 {
		f := r.submit(t, "x")
		<-f.Done()
		<-r.begun
	}
	r.told(t)
	_, err := c.Explain(t.Context(), 1)
	require.ErrorIs(t, err, control.ErrUnknown)
	require.ErrorContains(t, err, "forgotten; remembered are the last 4096 results")
	_, err = c.Explain(t.Context(), 2)
	require.NoError(t, err)
}

func TestTwoRunsOfOneName(t *testing.T) {
	ownFolder(t)
	first, _ := start(t, "twice").serve(t)
	second, _ := start(t, "twice").serve(t)
	_, err := control.Find(t.Context(), "twice")
	var several *control.NotFoundError
	require.ErrorAs(t, err, &several)
	require.Len(t, several.Found, 2)
	require.ErrorContains(t, err, `2 runs are meant by "twice": give the id or the pid of one:`)
	for _, s := range []*control.Server{first, second} {
		require.ErrorContains(t, err, s.Info().ID)
		found, err := control.Find(t.Context(), s.Info().ID)
		require.NoError(t, err)
		require.Equal(t, s.Info().ID, found.Info().ID)
	}
}

func TestPermissions(t *testing.T) {
	dir := ownFolder(t)
	server, _ := start(t, "private").serve(t)
	sockets, err := filepath.Glob(filepath.Join(dir, "*", "control"))
	require.NoError(t, err)
	require.Len(t, sockets, 1)
	info, err := os.Stat(sockets[0])
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
	info, err = os.Stat(filepath.Dir(sockets[0]))
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o700), info.Mode().Perm())
	server.Close()
	server.Close()
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestAFolderThatOthersMayWriteIsNotTrusted(t *testing.T) {
	dir := ownFolder(t)
	_, _ = start(t, "open").serve(t)
	folders, err := filepath.Glob(filepath.Join(dir, "signalbox-*"))
	require.NoError(t, err)
	require.NoError(t, os.Chmod(folders[0], 0o777))
	all, err := control.List(t.Context())
	require.NoError(t, err)
	require.Empty(t, all)
}

func TestAClientThatHangsHoldsNothing(t *testing.T) {
	dir := ownFolder(t)
	r := start(t, "hangs")
	server, c := r.serve(t)
	sockets, err := filepath.Glob(filepath.Join(dir, "*", "control"))
	require.NoError(t, err)
	for _, said := range []string{"", "GET /v1/run HTTP/1.1\r\n", "POST /v1/pause HTTP/1.1\r\nHost: run\r\nContent-Length: 100\r\n\r\n{"} {
		conn, err := net.Dial("unix", sockets[0])
		require.NoError(t, err)
		t.Cleanup(func() { _ = conn.Close() })
		_, err = conn.Write([]byte(said))
		require.NoError(t, err)
	}
	f := r.submit(t, "goes on")
	<-r.begun
	r.release <- struct{}{}
	<-f.Done()
	_, err = c.Look(t.Context(), false)
	require.NoError(t, err)
	begun := time.Now()
	server.Close()
	require.Less(t, time.Since(begun), 5*time.Second)
	_, err = c.Look(t.Context(), false)
	require.ErrorIs(t, err, control.ErrGone)
}

func TestNamesCannotSteerATerminal(t *testing.T) {
	ownFolder(t)
	server, _ := start(t, "a\x1b[2Jb\nc").serve(t)
	require.Equal(t, "a\x1b[2Jb\nc", server.Info().Name)
	_, err := control.Find(t.Context(), "\x1b[3J")
	require.ErrorContains(t, err, `a\x1b[2Jb\nc`)
	require.NotContains(t, err.Error(), "\x1b")
}

func TestRequestsThatAreNotUnderstood(t *testing.T) {
	dir := ownFolder(t)
	_, _ = start(t, "odd").serve(t)
	sockets, err := filepath.Glob(filepath.Join(dir, "*", "control"))
	require.NoError(t, err)
	for request, answer := range map[string]string{
		"GET /v1/futures/x HTTP/1.0\r\n\r\n":                                     `{"error":"future \"x\": it must be a number"}`,
		"GET /v1/futures?limit=x HTTP/1.0\r\n\r\n":                               `{"error":"limit \"x\": it must be a number"}`,
		"POST /v1/stop HTTP/1.0\r\nContent-Length: 15\r\n\r\n{\"gracefully\":1}": `the request is not understood`,
		"POST /v1/pause HTTP/1.0\r\nContent-Length: 2\r\n\r\n[]":                 `the request is not understood`,
		"GET /v2/run HTTP/1.0\r\n\r\n":                                           "404",
		"DELETE /v1/run HTTP/1.0\r\n\r\n":                                        "405",
	} {
		conn, err := net.Dial("unix", sockets[0])
		require.NoError(t, err)
		_, err = conn.Write([]byte(request))
		require.NoError(t, err)
		require.NoError(t, conn.SetReadDeadline(time.Now().Add(10*time.Second)))
		var got strings.Builder
		buf := make([]byte, 4096)
		for {
			n, err := conn.Read(buf)
			got.Write(buf[:n])
			if err != nil {
				break
			}
		}
		require.NoError(t, conn.Close())
		require.Contains(t, got.String(), answer)
	}
}

func TestASocketThatCannotBeMade(t *testing.T) {
	dir := ownFolder(t)
	long := filepath.Join(dir, strings.Repeat("x", 120))
	require.NoError(t, os.Mkdir(long, 0o700))
	t.Setenv("XDG_RUNTIME_DIR", long)
	r := start(t, "long")
	_, err := control.Serve(control.Of(status.New(r.s)))
	require.ErrorContains(t, err, "control: nothing can listen for other processes: ")
	left, err := os.ReadDir(long)
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestPluginsTellTheirExecutables(t *testing.T) {
	ownFolder(t)
	_, c := start(t, "local").serve(t)
	all, err := c.Plugins(t.Context())
	require.NoError(t, err)
	require.Equal(t, control.Plugins{Task: []control.TaskPlugin{}, Event: []control.EventPlugin{}}, all)
}
