package pluginproc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/signalbox-go/signalbox/framework/internal/osproc"
)

const (
	// outputGrace is how long output is read after the leader's death, in case
	// somebody outside of its group holds it open. A pipe holds 64 KiB at most,
	// which is read long before.
	outputGrace = 80 * time.Millisecond
	// loggerGrace is how long a logger may be stuck before nobody waits for it.
	loggerGrace = 20 * time.Millisecond
	// killBound is how long a killed process is waited for. Only one that hangs
	// inside the kernel takes so long.
	killBound = 5 * time.Second
	// busyTries and busyPause bound how long an executable may be busy.
	busyTries = 10
	busyPause = 20 * time.Millisecond
)

// child is the running process with its output.
type child struct {
	proc    *osproc.Child
	pump    *logPump
	started time.Time
	mark    string                 // stands in the environment of all that it starts; "" for unknown
	first   chan []byte            // the first line on stdout that may be a handshake, if one comes
	noise   atomic.Pointer[[]byte] // the first line on stdout that cannot be one

	exited chan struct{}
	exit   Exit // valid once exited is closed
}

// files are the pipes of a start, so that all are closed whatever fails.
type files []*os.File

func (f *files) pipe() (r, w *os.File, err error) {
	if r, w, err = os.Pipe(); err == nil {
		*f = append(*f, r, w)
	}
	return r, w, err
}

func (f files) closeExcept(keep ...*os.File) {
next:
	for _, file := range f {
		for _, k := range keep {
			if file == k {
				continue next
			}
		}
		_ = file.Close() // pipes have nothing to flush
	}
}

// launch runs the verified executable.
func launch(ctx context.Context, c Config, env []string) (*child, error) {
	var open files
	outR, outW, err := open.pipe()
	if err != nil {
		return nil, fmt.Errorf("make a pipe: %w", err)
	}
	errR, errW, err := open.pipe()
	if err != nil {
		open.closeExcept()
		return nil, fmt.Errorf("make a pipe: %w", err)
	}
	proc, err := execute(ctx, c, func() *exec.Cmd {
		cmd := exec.Command(c.Path, c.Args...)
		cmd.Dir, cmd.Env = c.Dir, environment(c.Env, env)
		cmd.Stdout, cmd.Stderr = outW, errW
		return cmd
	})
	if err != nil {
		open.closeExcept()
		return nil, err
	}
	open.closeExcept(outR, errR)

	ch := &child{
		proc: proc, pump: newLogPump(c.Logger, c.Name, proc.PID()), started: time.Now(), mark: markOf(env),
		first: make(chan []byte, 1), exited: make(chan struct{}),
	}
	// Systems that have no such thing are named in the package comment.
	if err := proc.Unguarded(); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		ch.pump.logger.Warn("the plugin may outlive the host if it does not watch its life pipe", "error", err)
	}
	var pumps sync.WaitGroup
	pumps.Go(func() { defer outR.Close(); ch.readStdout(outR) })
	pumps.Go(func() { defer errR.Close(); ch.pump.drain(streamStderr, errR) })
	go ch.wait(&pumps, outR, errR)
	return ch, nil
}

// socketDirEnv is go-plugin's name of the folder for a plugin's sockets, which no
// two processes share.
const socketDirEnv = "PLUGIN_UNIX_SOCKET_DIR="

// markOf returns what only the process with that environment has in it, and what
// it starts.
func markOf(env []string) string {
	for _, kv := range env {
		if dir, ok := strings.CutPrefix(kv, socketDirEnv); ok && dir != "" {
			return kv + "\x00"
		}
	}
	return ""
}

// execute verifies and runs the file. A file that somebody is about to finish
// writing gets a moment: under Go, a concurrent fork alone can make it busy.
func execute(ctx context.Context, c Config, command func() *exec.Cmd) (*osproc.Child, error) {
	for try := 1; ; try++ {
		if err := checksum(ctx, c.Path, c.SHA256); err != nil {
			return nil, err
		}
		proc, err := osproc.StartIn(c.group(), command())
		if err == nil {
			return proc, nil
		}
		if !osproc.TextBusy(err) || try == busyTries {
			return nil, execError(c.Path, err)
		}
		select {
		case <-time.After(busyPause):
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// mayBeHandshake says whether a line begins as a handshake does, with a number
// and a bar. What a plugin's program prints before it is no harm: it is logged.
func mayBeHandshake(line []byte) bool {
	rest := bytes.TrimLeft(line, "0123456789")
	return len(rest) < len(line) && bytes.HasPrefix(rest, []byte("|"))
}

// readStdout hands over the handshake and logs the rest.
func (ch *child) readStdout(r io.Reader) {
	seen := false
	first := &lineSplitter{emit: func(line []byte) {
		switch {
		case !seen && mayBeHandshake(line):
			seen = true
			ch.first <- bytes.Clone(line)
			return
		case !seen && len(bytes.TrimSpace(line)) == 0:
			return // the sdk ends a line that may have been begun
		case ch.noise.Load() == nil:
			noise := bytes.Clone(line)
			ch.noise.Store(&noise)
		}
		ch.pump.line(streamStdout, line)
	}}
	ch.pump.copy(streamStdout, first, r)
}

// wait observes the end and tells it.
func (ch *child) wait(pumps *sync.WaitGroup, outputs ...*os.File) {
	status := ch.proc.Wait()
	if ch.mark != "" && ch.proc.Group() == nil {
		osproc.KillMarked(ch.mark, ch.proc.PID(), time.Since(ch.started)) // what has left its group, by setsid
	}
	for _, f := range outputs {
		_ = f.SetReadDeadline(time.Now().Add(outputGrace)) // fails only if it is closed already
	}
	read := make(chan struct{})
	go func() { pumps.Wait(); close(read) }()
	stuck := time.NewTimer(outputGrace + loggerGrace)
	defer stuck.Stop()
	select {
	case <-read:
	case <-stuck.C:
	}
	ch.exit = newExit(status, ch.pump)
	close(ch.exited)
}

// firstLine waits for the first line on stdout.
func (ch *child) firstLine(ctx context.Context) ([]byte, error) {
	select {
	case line := <-ch.first:
		return line, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-ch.exited:
	}
	select {
	case line := <-ch.first: // it said something and ended: what it said tells more
		return line, nil
	default:
	}
	if noise := ch.noise.Load(); noise != nil && ch.exit.OK() {
		return nil, notHandshake(*noise)
	}
	return nil, &DiedError{Exit: ch.exit}
}

// kill ends the group and waits until it is reaped.
func (ch *child) kill() {
	if err := ch.proc.Kill(); err != nil {
		ch.pump.logger.Warn("killing the plugin failed", "error", err)
	}
	bound := time.NewTimer(killBound)
	defer bound.Stop()
	select {
	case <-ch.exited:
	case <-bound.C:
		ch.pump.logger.Error("the plugin was killed and does not end; it hangs inside the system", "waited", killBound)
	}
}

func (ch *child) gone() bool {
	select {
	case <-ch.exited:
		return true
	default:
		return false
	}
}
