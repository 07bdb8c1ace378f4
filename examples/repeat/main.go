// Command repeat submits a task twice at the start, with [event.Repeat], and
// prints the scheduler as a tree. It is its own worker.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/sdk"
)

var double = sdk.TaskFunc("double", func(ctx context.Context, x int) (int, error) { return x * 2, nil })

func main() {
	sdk.ServeIfPlugin(double) // in a worker process this serves and never returns

	s := scheduler.New(process.Self(2)) // two workers, each this same program
	task := scheduler.NewTask(s, double)

	s.OnStart.Do(func() { task.Submit(1) }, event.Repeat(2))

	if _, err := s.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
	fmt.Print(s) // the tree of events, counts and callbacks
}
