package sdk_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/signalbox-go/signalbox/sdk"
)

// A plugin that implements one task, whole.
func ExampleServe() {
	type Input struct{ Path string }
	type Output struct{ Bytes int }

	size := func(ctx context.Context, in Input) (Output, error) {
		slog.InfoContext(ctx, "reading", "path", in.Path)
		data, err := os.ReadFile(in.Path)
		return Output{len(data)}, err
	}

	// main is this one call.
	main := func() { sdk.Serve(sdk.TaskFunc("size", size)) }

	_ = main
}

// In the host, ServeIfPlugin takes note of the tasks and returns; in a worker
// it serves and does not.
func ExampleServeIfPlugin() {
	double := sdk.TaskFunc("double", func(_ context.Context, x int) (int, error) { return 2 * x, nil })

	sdk.ServeIfPlugin(double) // first thing in main

	fmt.Println("this is the host")
	// Output: this is the host
}

// Setup reads the plugin's configuration before the first task.
func ExampleSetup() {
	type Config struct {
		Model string `json:"model"`
	}
	var model []byte
	load := sdk.Setup(func(_ context.Context, c Config) (err error) {
		model, err = os.ReadFile(c.Model)
		return err
	})
	predict := sdk.TaskFunc("predict", func(_ context.Context, x float64) (float64, error) {
		return x * float64(len(model)), nil
	})

	main := func() { sdk.Serve(load, predict) }

	_ = main
}

// What a task returns as its error crosses to the host with its text, its kind
// and what it wraps.
func ExampleNotRetryable() {
	errQuota := errors.New("quota used up")

	err := sdk.NotRetryable(sdk.WithKind("quota", fmt.Errorf("upload: %w", errQuota)))

	fmt.Println(err, errors.Is(err, errQuota))
	// Output: upload: quota used up true
}

// Running code can ask which call it serves.
func ExampleInfoFrom() {
	_ = sdk.TaskFunc("fetch", func(ctx context.Context, url string) (string, error) {
		if info, ok := sdk.InfoFrom(ctx); ok && info.Attempt > 1 {
			slog.InfoContext(ctx, "once more", "attempt", info.Attempt, "worker", info.Worker)
		}
		return url, nil
	})
}
