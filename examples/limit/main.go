// Command limit submits a further call for each result, three times at most,
// with [event.Limit]. It submits on the scheduler, without a Task.
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

var square = sdk.TaskFunc("square", func(ctx context.Context, x int) (int, error) { return x * x, nil })

func main() {
	sdk.ServeIfPlugin(square)

	s := scheduler.New(process.Self(2))

	s.OnStart.Do(func() { scheduler.Submit(s, square, 2) })
	s.OnFutureResult.Do(func(scheduler.FutureResult) { scheduler.Submit(s, square, 2) }, event.Limit(3))

	if _, err := s.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
	fmt.Print(s)
}
