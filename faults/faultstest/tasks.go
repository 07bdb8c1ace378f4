//go:build linux

package faultstest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/signalbox-go/signalbox/sdk"
)

// Job is the input of all tasks of the suite.
type Job struct {
	ID   int    // to be written to Path by the task's code before all else
	Path string // of the file of ids
	Act  string // what it does then: a key of deeds
	Arg  string // what that needs to know
}

// misbehave does what its job says.
var misbehave = sdk.TaskFunc("misbehave", func(ctx context.Context, j Job) (int, error) {
	if err := j.begin(); err != nil {
		return 0, err
	}
	deed, ok := deeds()[j.Act]
	if !ok {
		return 0, fmt.Errorf("no deed is called %q", j.Act)
	}
	return j.ID, deed(ctx, j.Arg)
})

// bystander is a task that has done nothing wrong.
var bystander = sdk.TaskFunc("bystander", func(_ context.Context, j Job) (int, error) { return j.ID, j.begin() })

// begin writes the job's id, in one write, so that no code runs twice unnoticed.
func (j Job) begin() error {
	f, err := os.OpenFile(j.Path, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString(strconv.Itoa(j.ID) + "\n")
	return err
}

var errOrdinary = errors.New("an ordinary error")

// deeds are what tasks do, by name.
func deeds() map[string]func(ctx context.Context, arg string) error {
	return map[string]func(context.Context, string) error{
		"nothing":  func(context.Context, string) error { return nil },
		"fail":     func(context.Context, string) error { return errOrdinary },
		"panic":    func(context.Context, string) error { panic("out of cheese") },
		"exit":     func(_ context.Context, code string) error { n, _ := strconv.Atoi(code); os.Exit(n); return nil },
		"kill":     func(context.Context, string) error { return signalSelf(unix.SIGKILL) },
		"segfault": func(context.Context, string) error { return signalSelf(unix.SIGSEGV) },
		"stop":     func(context.Context, string) error { return signalSelf(unix.SIGSTOP) },
		"panic aside": func(context.Context, string) error {
			go func() { panic("aside") }()
			select {}
		},
		"overflow": func(context.Context, string) error {
			debug.SetMaxStack(1 << 20)
			return fmt.Errorf("a stack of %d", recurse(0))
		},
		"wait":         func(ctx context.Context, _ string) error { <-ctx.Done(); return ctx.Err() },
		"deaf":         func(context.Context, string) error { select {} },
		"hold":         holdFile,
		"allocate":     func(context.Context, string) error { return allocate() },
		"shell":        shell,
		"spawn":        func(_ context.Context, script string) error { return spawn(script, false) },
		"spawn away":   func(_ context.Context, script string) error { return spawn(script, true) },
		"hang up":      func(context.Context, string) error { return hangUp() },
		"print":        func(_ context.Context, what string) error { return flood(what) },
		"forge":        func(context.Context, string) error { return forge() },
		"close output": func(context.Context, string) error { return errors.Join(unix.Close(1), unix.Close(2)) },
		"truncate ledger": func(context.Context, string) error {
			return spoilLedger(func(f *os.File) error { return f.Truncate(0) })
		},
		"shorten ledger": func(context.Context, string) error {
			return spoilLedger(func(f *os.File) error { return f.Truncate(5) })
		},
		"scribble on ledger": func(context.Context, string) error { return spoilLedger(scribble) },
		"unlink ledger": func(context.Context, string) error {
			return spoilLedger(func(f *os.File) error { return os.Remove(f.Name()) })
		},
		"no files": func(context.Context, string) error { return useUpFiles() },
		"exit soon": func(context.Context, string) error {
			time.AfterFunc(time.Millisecond, func() { os.Exit(0) })
			return nil
		},
	}
}

func signalSelf(s unix.Signal) error {
	if err := unix.Kill(os.Getpid(), s); err != nil {
		return err
	}
	select {} // until it arrives
}

//lint:ignore SA5007 to overflow the stack is what it is for
func recurse(n int) int { return recurse(n+1) + 1 }

// holdFile returns when a file is there, whatever the context says.
func holdFile(_ context.Context, path string) error {
	for tick := time.Tick(time.Millisecond); ; <-tick {
		if _, err := os.Stat(path); err == nil {
			return nil
		}
	}
}

// hoard is memory that is never given back.
var hoard [][]byte

// allocate uses memory without end.
func allocate() error {
	for {
		b := make([]byte, 1<<20)
		for i := 0; i < len(b); i += 1024 {
			b[i] = 1
		}
		hoard = append(hoard, b)
	}
}

// shell waits for a script, and does not heed its context.
func shell(_ context.Context, script string) error {
	return exec.Command("/bin/sh", "-c", script).Run()
}

// spawn starts a script that outlives the task and holds the worker's stderr.
func spawn(script string, away bool) error {
	cmd := exec.Command("/bin/sh", "-c", script)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if away {
		cmd.SysProcAttr = &unix.SysProcAttr{Setsid: true}
	}
	return cmd.Start()
}

// hangUp shuts the worker's own connection to the host, and stays.
func hangUp() error {
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return err
	}
	for _, e := range fds {
		if to, _ := os.Readlink("/proc/self/fd/" + e.Name()); strings.HasPrefix(to, "socket:") {
			n, _ := strconv.Atoi(e.Name())
			_ = unix.Shutdown(n, unix.SHUT_RDWR)
		}
	}
	select {}
}

// spoilLedger does something to the file that the worker shares with its host.
func spoilLedger(deed func(*os.File) error) error {
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(maps)) {
		if _, name, ok := strings.Cut(line, "/"); ok && strings.Contains(name, "/ledger-") {
			f, err := os.OpenFile("/"+strings.TrimSpace(name), os.O_RDWR, 0)
			if err != nil {
				return err
			}
			defer f.Close()
			return deed(f)
		}
	}
	return errors.New("there is no ledger")
}

func scribble(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	b := make([]byte, info.Size())
	for i := range b {
		b[i] = byte(i*7 + 1)
	}
	_, err = f.WriteAt(b, 0)
	return err
}

// useUpFiles opens files until there are no more, and keeps them.
func useUpFiles() error {
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 64, Max: 64}); err != nil {
		return err
	}
	for {
		if _, err := unix.Open("/dev/null", unix.O_RDONLY, 0); err != nil {
			return nil
		}
	}
}
