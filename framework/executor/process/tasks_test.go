//go:build linux

package process_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/sdk"
)

// setting is the configuration of workers made of this binary.
type setting struct {
	Greeting  string
	Fail      bool   // the set-up fails
	FailAfter string // a file: the set-up fails once it exists
	Die       string // a file: the process dies in its set-up once it exists
	Hang      bool
	HangAfter string // a file: the set-up hangs once it exists
	Nothing   bool   // the set-up fails with an error that cannot be told
}

// greeting is what the set-up of this process was given.
var greeting string

func setUp(ctx context.Context, s setting) error {
	exists := func(path string) bool {
		_, err := os.Stat(path)
		return path != "" && err == nil
	}
	switch {
	case s.Fail || exists(s.FailAfter):
		return errors.New("no licence for this machine")
	case exists(s.Die):
		fmt.Fprintln(os.Stderr, "dying in the set-up")
		os.Exit(4)
	case s.Nothing:
		return (*nothing)(nil)
	case s.Hang || exists(s.HangAfter):
		<-ctx.Done()
		return ctx.Err()
	}
	greeting = s.Greeting
	return nil
}

var pid = sdk.TaskFunc("pid", func(context.Context, int) (int, error) { return os.Getpid(), nil })

var inc = sdk.TaskFunc("inc", func(_ context.Context, n int) (int, error) { return n + 1, nil })

// nothing is an error that cannot tell its text: it is nil.
type nothing struct{ text string }

func (n *nothing) Error() string { return n.text }

// failure fails with an error that cannot be told.
var failure = sdk.TaskFunc("failure", func(ctx context.Context, wait bool) (int, error) {
	if wait {
		<-ctx.Done()
	}
	return 0, (*nothing)(nil)
})

// entry is the input of journal.
type entry struct {
	Path string
	ID   int
	Spin time.Duration
}

// journal appends its id to a file before it does anything else, so that
// nothing can run twice unnoticed.
var journal = sdk.TaskFunc("journal", func(_ context.Context, e entry) (int, error) {
	f, err := os.OpenFile(e.Path, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if _, err := fmt.Fprintf(f, "%d\n", e.ID); err != nil {
		return 0, err
	}
	spin(e.Spin)
	return e.ID, nil
})

func spin(d time.Duration) {
	for began := time.Now(); time.Since(began) < d; {
	}
}

// burn works for as long as it is told.
var burn = sdk.TaskFunc("burn", func(_ context.Context, d time.Duration) (int, error) {
	spin(d)
	return os.Getpid(), nil
})

// retained is memory that is never given back.
var retained [][]byte

// retain uses memory that its process keeps.
var retain = sdk.TaskFunc("retain", func(_ context.Context, n int) (int, error) {
	b := make([]byte, n)
	for i := 0; i < n; i += 1024 {
		b[i] = 1
	}
	retained = append(retained, b)
	return os.Getpid(), nil
})

var exit = sdk.TaskFunc("exit", func(_ context.Context, code int) (int, error) {
	fmt.Fprintln(os.Stderr, "leaving by the back door")
	os.Exit(code)
	return 0, nil
})

// silentDeath ends its process without a word.
var silentDeath = sdk.TaskFunc("silent-death", func(_ context.Context, code int) (int, error) {
	os.Exit(code)
	return 0, nil
})

// lastWords returns that many bytes, and has its process killed as soon as the
// ledger tells that the code has ended, which is before the result is told.
var lastWords = sdk.TaskFunc("last-words", func(_ context.Context, bytes int) (string, error) {
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return "", err
	}
	path := ""
	for _, line := range strings.Split(string(maps), "\n") {
		if _, name, ok := strings.Cut(line, "/"); ok && strings.Contains(name, "/ledger-") {
			path = "/" + name
		}
	}
	ledger, err := os.Open(path)
	if err != nil {
		return "", err
	}
	watching := make(chan struct{})
	go func() {
		close(watching)
		for {
			var words [16]byte
			if _, err := ledger.ReadAt(words[:], 0); err != nil {
				panic(err)
			}
			if string(words[:8]) == string(words[8:]) {
				_ = unix.Kill(os.Getpid(), unix.SIGKILL)
			}
		}
	}()
	<-watching
	return strings.Repeat("x", bytes), nil
})

var panicAside = sdk.TaskFunc("panic-aside", func(_ context.Context, text string) (int, error) {
	go explode(text)
	select {}
})

func explode(text string) { panic(text) }

var fault = sdk.TaskFunc("fault", func(context.Context, int) (int, error) {
	return readAt(0xdead0000), nil
})

func readAt(address uintptr) int { return **(**int)(unsafe.Pointer(&address)) }

var overflow = sdk.TaskFunc("overflow", func(context.Context, int) (int, error) {
	debug.SetMaxStack(1 << 20)
	return recurse(0), nil
})

//lint:ignore SA5007 to overflow the stack is what it is for
func recurse(n int) int { return recurse(n+1) + 1 }

// place is the input of hold.
type place struct {
	Socket string
	Heed   bool
}

// holdTask comes to a door and waits until it is let go; see door.
var holdTask = sdk.TaskFunc("hold", func(ctx context.Context, p place) (int, error) {
	conn, err := net.Dial("unix", p.Socket)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	if _, err := fmt.Fprintf(conn, "%d\n", os.Getpid()); err != nil {
		return 0, err
	}
	if p.Heed {
		defer context.AfterFunc(ctx, func() { conn.Close() })()
	}
	if _, err := io.ReadFull(conn, make([]byte, 1)); err != nil {
		if p.Heed && ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
		return 0, err
	}
	return os.Getpid(), nil
})

// spawn starts a program that outlives the task.
var spawn = sdk.TaskFunc("spawn", func(context.Context, int) (int, error) {
	cmd := exec.Command("/bin/sleep", "1000")
	cmd.Stderr = os.Stderr // holds the worker's output open
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	go func() { _ = cmd.Wait() }()
	return cmd.Process.Pid, nil
})

// program runs a shell script, and does not heed its context.
var program = sdk.TaskFunc("program", func(_ context.Context, script string) (string, error) {
	out, err := exec.Command("/bin/sh", "-c", script).CombinedOutput()
	return string(out), err
})

type around struct {
	Args     []string
	Env      []string
	Dir      string
	Greeting string
}

var surroundings = sdk.TaskFunc("surroundings", func(context.Context, int) (around, error) {
	dir, err := os.Getwd()
	return around{os.Args[1:], os.Environ(), dir, greeting}, err
})

// bytes returns that many bytes.
var bytes = sdk.TaskFunc("bytes", func(_ context.Context, b []byte) ([]byte, error) {
	var n int
	if _, err := fmt.Sscan(strings.TrimLeft(string(b), " "), &n); err != nil {
		return nil, err
	}
	return make([]byte, n), nil
})

var longError = sdk.TaskFunc("long-error", func(_ context.Context, n int) (int, error) {
	return 0, fmt.Errorf("outer: %w", errors.New(strings.Repeat("x", n)+"\xff"))
})

// nest tries to start workers inside a worker.
var nest = sdk.TaskFunc("nest", func(ctx context.Context, _ int) (string, error) {
	s := scheduler.New(process.Self(1))
	if err := s.Start(ctx); err != nil {
		return err.Error(), nil
	}
	s.Stop()
	_, err := s.Wait()
	return "it started", err
})

// closeSession closes the connections of its process, as a bug might.
var closeSession = sdk.TaskFunc("close-session", func(ctx context.Context, heed bool) (int, error) {
	links, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0, err
	}
	for _, l := range links {
		var fd int
		if _, err := fmt.Sscan(l.Name(), &fd); err != nil {
			return 0, err
		}
		if to, _ := os.Readlink("/proc/self/fd/" + l.Name()); strings.HasPrefix(to, "socket:") {
			shutdown(fd)
		}
	}
	if !heed {
		select {}
	}
	<-ctx.Done()
	return 0, ctx.Err()
})
