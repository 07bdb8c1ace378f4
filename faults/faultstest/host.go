//go:build linux

package faultstest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/signalbox-go/signalbox/framework/eventplugin"
	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/plugins/journal"
	"github.com/signalbox-go/signalbox/plugins/journal/reader"
	"github.com/signalbox-go/signalbox/sdk"
)

// gone is how long after the death of its host a process may live.
const gone = 2 * time.Second

// host is a host of its own, which does what it is told and says when it is there.
func host() {
	sdk.ServeIfPlugin(parts()...)
	phase, dir, _ := strings.Cut(os.Getenv(argEnv), ",")
	if err := runHost(phase, dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func runHost(phase, dir string) error {
	marked := process.Env(map[string]string{markEnv: os.Getenv(markEnv)})
	self, err := os.Executable() // while /proc is there
	if err != nil {
		return err
	}
	exec := process.Plugin(self, process.Workers(2), marked, process.Grace(time.Hour))
	limit, bounded := strings.CutPrefix(phase, "files ")
	switch {
	case phase == "starting":
		exec = process.Plugin(self, marked, process.StartTimeout(time.Hour), process.Config(setting{Hang: true}))
		fmt.Println("there")
	case phase == "without /proc":
		if err := errors.Join(unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""), unix.Mount("none", "/proc", "tmpfs", 0, "")); err != nil {
			return err
		}
	case bounded:
		n, _ := strconv.ParseUint(limit, 10, 64)
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: n, Max: n}); err != nil {
			return err
		}
	}
	hub := eventplugin.New(eventplugin.Plugin(self, eventplugin.Name(journal.Name), eventplugin.Env(map[string]string{markEnv: os.Getenv(markEnv)}),
		eventplugin.Config(journal.Config{File: filepath.Join(dir, "journal.jsonl")})))
	s := scheduler.New(exec, scheduler.Observed(hub))
	bad, good := scheduler.NewTask(s, misbehave), scheduler.NewTask(s, bystander)
	if err := s.Start(context.Background(), scheduler.KeepRunning()); err != nil {
		return err
	}
	job := Job{Path: filepath.Join(dir, "ids")}
	for range 100 {
		job.ID++
		f, err := good.Submit(job)
		if err == nil {
			_, err = f.Wait(context.Background())
		}
		if err != nil {
			return err
		}
	}
	if phase == "running" || phase == "draining" {
		for range 2 {
			job.ID, job.Act, job.Arg = job.ID+1, "shell", "sleep 1000"
			f, err := bad.Submit(job)
			if err != nil {
				return err
			}
			for tick := time.Tick(time.Millisecond); f.State() == scheduler.Pending; {
				<-tick
			}
		}
		for range 100 {
			job.ID++
			if _, err := good.Submit(job); err != nil {
				return err
			}
		}
	}
	if phase == "draining" {
		s.OnFinishing.Do(func() { fmt.Println("there") })
		s.Stop()
	}
	if phase == "running" {
		fmt.Println("there")
		select {}
	}
	if phase != "draining" {
		s.Stop()
	}
	_, err = s.Wait()
	return err
}

// hosted starts a host.
func (h *House) hosted(phase string, attr *syscall.SysProcAttr) (*exec.Cmd, *bufio.Reader, error) {
	self, err := os.Executable()
	require.NoError(h, err)
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), actEnv+"=host", markEnv+"="+h.mark, argEnv+"="+phase+","+h.dir)
	cmd.SysProcAttr = attr
	cmd.Stderr = &strings.Builder{}
	out, err := cmd.StdoutPipe()
	require.NoError(h, err)
	return cmd, bufio.NewReader(out), cmd.Start()
}

// ended runs a host to its end, which must come.
func (h *House) ended(phase string, attr *syscall.SysProcAttr) (said string, err error) {
	cmd, out, err := h.hosted(phase, attr)
	if err != nil {
		return "", err
	}
	late := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	_, _ = io.Copy(io.Discard, out)
	err = cmd.Wait()
	require.True(h, late.Stop(), "the host does not end")
	return cmd.Stderr.(*strings.Builder).String(), err
}

// killedHost kills a host when it is at a phase. What it had must go, and the next
// host must remove what is left on disk.
func killedHost(phase string) func(*House) {
	return func(h *House) {
		cmd, out, err := h.hosted(phase, nil)
		require.NoError(h, err)
		said, err := out.ReadString('\n')
		require.NoError(h, err, "%s", cmd.Stderr)
		require.Equal(h, "there\n", said)
		if phase == "starting" {
			h.Until("nothing is started", func() bool { return len(processes(h.mark)) > 2 })
		}
		require.NoError(h, cmd.Process.Kill())
		killed := time.Now()
		h.Until("processes outlive their host", func() bool { return len(processes(h.mark)) == 0 })
		require.Less(h, time.Since(killed), gone)
		_, _ = io.Copy(io.Discard, out)
		require.Error(h, cmd.Wait())
		h.requireIDsOnce()
		h.requireJournalOfHost(false)

		_ = os.Remove(h.Path("ids")) // it may not have come so far
		said, err = h.ended("clean", nil)
		require.NoError(h, err, "%s", said)
		require.Len(h, h.ran(), 100)
		h.requireJournalOfHost(true)
	}
}

func (h *House) requireIDsOnce() {
	seen := map[int]bool{}
	for _, id := range h.ran() {
		require.False(h, seen[id], "the code of call %d ran twice", id)
		seen[id] = true
	}
}

// requireJournalOfHost requires that what is in the journal of a host fits
// together and, if it is whole, that its last run has ended.
func (h *House) requireJournalOfHost(whole bool) {
	if _, err := os.Stat(h.Path("journal.jsonl")); os.IsNotExist(err) && !whole {
		return
	}
	j, err := reader.Open(h.Path("journal.jsonl"))
	require.NoError(h, err)
	defer j.Close()
	open := map[string]bool{}
	last := ""
	for e, err := range j.Entries() {
		require.NoError(h, err)
		last = e.Type
		key := fmt.Sprint(e.Source, e.Future)
		switch e.Type {
		case reader.TypeSubmitted:
			require.NotContains(h, open, key)
			open[key] = true
		case reader.TypeResult, reader.TypeException, reader.TypeCancelled:
			require.True(h, open[key], "%s", e.Line)
			open[key] = false
		}
	}
	if whole {
		require.Equal(h, reader.TypeSummary, last)
	}
}

// fewFiles has hosts start with so few file descriptors that they cannot, or
// just can. Whatever they come to, they say so and leave nothing.
func fewFiles(h *House) {
	worked, failed := 0, 0
	for _, n := range []int{8, 12, 16, 20, 24, 28, 32, 40, 64, 128} {
		_ = os.Remove(h.Path("ids"))
		said, err := h.ended(fmt.Sprintf("files %d", n), nil)
		if err == nil {
			worked++
		} else {
			failed++
			require.Regexp(h, "too many open files|no file descriptor|bad file descriptor", said, "with %d descriptors", n)
		}
		h.Until("processes are left", func() bool { return len(processes(h.mark)) == 0 })
	}
	// Who has no descriptor to remove a folder with leaves it to the next.
	require.NotZero(h, worked)
	require.NotZero(h, failed)
}

// withoutProc has a host run that cannot read /proc, where the system lets it be
// hidden.
func withoutProc(h *House) {
	attr := &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNS}
	if os.Geteuid() != 0 {
		attr.Cloneflags |= unix.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
	}
	said, err := h.ended("without /proc", attr)
	if errors.Is(err, os.ErrPermission) || strings.Contains(said, "operation not permitted") {
		h.Logf("not tried: this system does not let /proc be hidden")
		return
	}
	require.NoError(h, err, "%s", said)
	require.Len(h, h.ran(), 100)
	h.requireJournalOfHost(true)
}

// hosts are the cases in which a host dies, or has a hard life.
func hosts() (out []Case) {
	for _, phase := range []string{"starting", "running", "draining"} {
		out = append(out, Case{Name: "host: kill -9 while " + phase, Alone: killedHost(phase)})
	}
	return append(out,
		Case{Name: "host: few file descriptors", Alone: fewFiles},
		Case{Name: "host: /proc unreadable", Alone: withoutProc})
}
