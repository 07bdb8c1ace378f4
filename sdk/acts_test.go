package sdk_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/sdk"
)

const actEnv = "SDK_TEST_ACT" // which of acts to play

var errQuota = errors.New("quota used up")

type request struct {
	Verb string `json:"verb"`
	Arg  string `json:"arg,omitempty"`
}

var (
	do    = sdk.TaskFunc("do", obey)
	about = sdk.TaskFunc("about", func(ctx context.Context, _ int) (sdk.Info, error) {
		i, _ := sdk.InfoFrom(ctx)
		return i, nil
	})
	raw = sdk.TaskFunc("raw", func(_ context.Context, b []byte) ([]byte, error) { return b, nil })
)

type settings struct{ Fail, Language string }

func acts() map[string]func() {
	return map[string]func(){
		"plugin": func() { sdk.Serve(do, about, raw) },
		"noisy": func() {
			noise("early ")
			sdk.Serve(do)
		},
		"configured": func() { sdk.Serve(sdk.Setup(setUp), do) },
		"program": func() {
			sdk.ServeIfPlugin(do)
			os.Exit(3) // it is no worker
		},
	}
}

func setUp(_ context.Context, s settings) error {
	switch s.Fail {
	case "error":
		return errors.New("no licence")
	case "panic":
		panic("boom")
	case "exit":
		fmt.Fprintln(os.Stderr, "fatal error: no GPU")
		os.Exit(7)
	}
	slog.Info("set up", "language", s.Language)
	return nil
}

// noise prints in every way there is, lastly half a line.
func noise(prefix string) {
	fmt.Println(prefix + "fmt")
	log.Print(prefix + "log")
	_, _ = syscall.Write(1, []byte(prefix+"raw\n"))
	child := exec.Command("/bin/sh", "-c", "echo '"+prefix+"child'; echo '"+prefix+"child error' >&2")
	child.Stdout, child.Stderr = os.Stdout, os.Stderr
	if err := child.Run(); err != nil {
		panic(err)
	}
	fmt.Print(prefix + "half a line")
}

// obey carries out one request.
func obey(ctx context.Context, r request) (string, error) {
	switch r.Verb {
	case "echo":
		return r.Arg, nil
	case "pid":
		return fmt.Sprint(os.Getpid()), nil
	case "noise":
		noise(r.Arg)
		slog.InfoContext(ctx, "after half a line")
		fmt.Fprint(os.Stderr, "half an error")
		slog.InfoContext(ctx, "after half an error")
	case "log":
		slog.DebugContext(ctx, "at debug")
		slog.With("a", 1).WithGroup("g").WarnContext(ctx, "at warn", "b", r.Arg)
		slog.Error("without a context", "multi", "line one\nline two")
		log.Println("by package log")
	case "open":
		_, err := os.Open(r.Arg)
		return "", err
	case "quota":
		return "", sdk.NotRetryable(sdk.WithKind("quota", fmt.Errorf("day's end: %w", errors.Join(fs.ErrPermission, errQuota))))
	case "panic":
		var p *request
		return p.Arg, nil
	case "goexit":
		runtime.Goexit()
	case "env":
		return os.Getenv(r.Arg), nil
	case "nest":
		return nest()
	case "child":
		// A program that a task starts is no worker.
		child := exec.Command("/proc/self/exe", "-test.run=^$")
		child.Env = append(os.Environ(), actEnv+"=program")
		out, err := child.CombinedOutput()
		return string(out), err
	case "wait":
		slog.InfoContext(ctx, "waiting")
		<-ctx.Done()
		return "", context.Cause(ctx)
	}
	return "", nil
}

// nest tries to be a host inside a worker.
func nest() (string, error) {
	s := scheduler.New(process.Self(1))
	return "", s.Start(context.Background())
}
