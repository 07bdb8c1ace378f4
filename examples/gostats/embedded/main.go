// Command embedded analyses every Go file below a folder in worker processes,
// as job.hcl does, from a Go program that is its own worker. Its callbacks keep
// a table of the ten files with the most complex functions.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/signalbox-go/signalbox/examples/gostats/analysis"
	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/sdk"
)

var count = sdk.TaskFunc("count", analysis.Count)

func main() {
	sdk.ServeIfPlugin(count)

	root := flag.String("root", "", "folder to analyse (default: src of the Go installation)")
	workers := flag.Int("workers", 0, "number of worker processes (default: one per CPU)")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *root, *workers)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "embedded:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, root string, workers int) error {
	if root == "" {
		var err error
		if root, err = goSource(ctx); err != nil {
			return err
		}
	}
	s := scheduler.New(process.Self(workers), scheduler.Name("gostats"))
	task := scheduler.NewTask(s, count)

	// Callbacks come one at a time, and none after Wait: no locks are needed.
	var sum totals
	var top topTen
	task.OnResult.Do(func(e scheduler.Result[analysis.Stats]) {
		in := e.Future.Input().(analysis.Input)
		sum.add(e.Value)
		top.add(in.Path, e.Value)
	}, event.Named("count and rank"))
	task.OnException.Do(func(scheduler.Exception) { sum.failed++ }, event.Hidden())
	task.OnException.Do(func(e scheduler.Exception) {
		slog.Error("not analysed", "path", e.Future.Input().(analysis.Input).Path, "error", e.Err)
	}, event.Limit(10), event.Named("log"))

	if err := s.Start(ctx, scheduler.ExceptionPolicy(scheduler.Continue), scheduler.CancellationPolicy(scheduler.Continue)); err != nil {
		return err
	}
	// Map asks for the next file when there is room for it, so that memory does
	// not grow with the number of files. Its outcomes are told to the callbacks.
	files := goFiles(root)
	for range task.Map(ctx, files.all) {
	}
	exit, err := s.Wait()
	if err := errors.Join(files.err, err, exit.Err); err != nil {
		return err
	}
	fmt.Print(sum, "\n\n", top.table(root))
	if sum.failed > 0 {
		return fmt.Errorf("%d files were not analysed", sum.failed)
	}
	return nil
}
