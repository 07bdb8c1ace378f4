package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"os"
	"strings"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/sdk"
)

// acts are the programs that the tests run, by name.
func acts() map[string]func() {
	return map[string]func(){
		"host":      main,
		"signalbox": main,
		"tasks":     serveTasks,
		"chatty": func() {
			fmt.Println("chatty: loading its model")
			serveTasks()
		},
		"loader": func() {
			fmt.Fprintln(os.Stderr, "loader: error while loading shared libraries: libfoo.so.1: cannot open shared object file: No such file or directory")
			os.Exit(127)
		},
		"silent": func() { os.Exit(3) },
		"mute": func() {
			fmt.Fprintln(os.Stderr, "waiting for a licence")
			select {}
		},
		"held": func() {
			if err := os.WriteFile(os.Args[1], nil, 0o600); err == nil {
				select {}
			}
		},
		"future": func() { fmt.Println("1|99|unix|/tmp/socket|grpc|") },
		"netrpc": func() { fmt.Println("1|1|unix|/tmp/socket|netrpc|") },
		"bytes": func() {
			sdk.Serve(
				sdk.TaskFunc("take", func(_ context.Context, in []byte) (int, error) { return len(in), nil }),
				sdk.TaskFunc("give", func(_ context.Context, n int) ([]byte, error) { return make([]byte, n), nil }),
			)
		},
		"watcher": func() { sdk.Serve(sdk.TaskFunc("double", double), sdk.EventPlugin("watcher", watch)) },
		// quiet only listens, and refused tries to do more.
		"quiet.bin": func() {
			sdk.Serve(sdk.EventPlugin("quiet", func(s *sdk.Scheduler, _ struct{}) error {
				s.OnFutureResult.Do(func(sdk.FutureResult) {})
				return nil
			}))
		},
		"listener": func() {
			sdk.Serve(sdk.EventPlugin("listener", func(_ *sdk.Scheduler, c struct {
				Address string `hcl:"address"`
			}) error {
				_, err := net.Listen("tcp", c.Address)
				return err
			}))
		},
		"refused": func() {
			sdk.Serve(sdk.EventPlugin("refused", func(s *sdk.Scheduler, _ struct{}) error {
				s.OnStart.Do(func() {
					if err := s.Stop("", nil); err != nil {
						slog.Error("not stopped", "error", err)
					}
				})
				return nil
			}))
		},
		"licensed": func() {
			sdk.Serve(sdk.Setup(func(_ context.Context, c struct{ Licence string }) error {
				if c.Licence == "" {
					return errors.New("no licence")
				}
				return nil
			}), sdk.TaskFunc("double", double))
		},
	}
}

type watchConfig struct {
	File  string `hcl:"file" doc:"where results are written"`
	Limit int    `hcl:"limit,optional"`
}

// watch writes results to a file and submits each again, as often as its limit.
func watch(s *sdk.Scheduler, c watchConfig) error {
	if c.Limit < 0 {
		return errors.New("configuration: limit: it must not be negative")
	}
	f, err := os.OpenFile(c.File, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	t := s.Task("double")
	t.OnResult.Do(func(e sdk.Result) { fmt.Fprintf(f, "%s\n", e.Value.Data) })
	if c.Limit > 0 {
		t.OnResult.Do(func(e sdk.Result) {
			if _, err := t.Submit(json.RawMessage(e.Value.Data)); err != nil {
				slog.Error("not submitted", "error", err)
			}
		}, event.Limit(c.Limit))
	}
	return nil
}

type greetInput struct {
	Name  string `json:"name"`
	Times int    `json:"times"`
}

type greetOutput struct {
	Text string `json:"text"`
}

func serveTasks() {
	sdk.Serve(
		sdk.TaskFunc("double", double),
		sdk.TaskFunc("greet", func(_ context.Context, in greetInput) (greetOutput, error) {
			return greetOutput{strings.Repeat("hello "+in.Name+"! ", in.Times)}, nil
		}),
		sdk.TaskFunc("fail", func(_ context.Context, text string) (int, error) { return 0, errors.New(text) }),
		sdk.TaskFunc("die", func(_ context.Context, code int) (int, error) {
			fmt.Fprintln(os.Stderr, "die: so be it")
			os.Exit(code)
			return 0, nil
		}),
		sdk.TaskFunc("ratio", func(_ context.Context, _ int) (float64, error) { return math.NaN(), nil }),
		sdk.TaskFunc("blow", func(_ context.Context, size int) (string, error) { return strings.Repeat("x", size), nil }),
		sdk.TaskFunc("length", func(_ context.Context, text string) (int, error) { return len(text), nil }),
		sdk.TaskFunc("wait", func(ctx context.Context, _ int) (int, error) {
			slog.InfoContext(ctx, "waits")
			<-ctx.Done()
			return 0, context.Cause(ctx)
		}),
		sdk.TaskFunc("tell", func(ctx context.Context, done int) (int, error) {
			sdk.Progress(ctx, done, 8, "reading")
			<-ctx.Done()
			return 0, context.Cause(ctx)
		}),
		sdk.TaskFunc("gate", gate),
	)
}

func double(_ context.Context, x int) (int, error) { return 2 * x, nil }

// gate returns when the pipe at path has been opened for writing and closed.
// It does not heed its context.
func gate(ctx context.Context, path string) (string, error) {
	slog.InfoContext(ctx, "stands at the gate")
	text, err := os.ReadFile(path)
	return string(text), err
}
