// Command good is its own worker.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/sdk"
)

type answer struct{ Double, PID int }

var double = sdk.TaskFunc("double", func(_ context.Context, x int) (answer, error) { return answer{2 * x, os.Getpid()}, nil })

func main() {
	started()
	sdk.ServeIfPlugin(double)

	s := scheduler.New(process.Self(2))
	task := scheduler.NewTask(s, double)
	s.OnStart.Do(func() { task.Submit(21) })
	task.OnResult.Do(func(r scheduler.Result[answer]) {
		fmt.Println(r.Value.Double, r.Value.PID != os.Getpid())
	})
	if _, err := s.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

// started takes note of each process that comes to be.
func started() {
	f, err := os.OpenFile(filepath.Join(os.TempDir(), "started"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	fmt.Fprintln(f, os.Getpid())
}
