// Embedded is the same in one Go program, which is its own worker, its own event
// plugin, and the host of both.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/eventplugin"
	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/sdk"
)

var double = sdk.TaskFunc("double", func(_ context.Context, x int) (int, error) { return 2 * x, nil })

var driver = sdk.EventPlugin("driver", func(s *sdk.Scheduler, _ struct{}) error {
	task := s.Task("double")
	s.OnStart.Do(func() { submit(task, 1) })
	task.OnResult.Do(func(e sdk.Result) {
		var x int
		if err := e.Value.Decode(&x); err != nil {
			log.Fatal(err)
		}
		submit(task, x)
	}, event.Limit(3))
	return nil
})

func submit(task *sdk.Task, x int) {
	if _, err := task.Submit(x); err != nil {
		log.Fatal(err)
	}
}

func main() {
	sdk.ServeIfPlugin(double, driver) // in a worker, and in the driver's process, this never returns

	s := scheduler.New(process.Self(2), scheduler.Observed(eventplugin.New(
		eventplugin.Self("driver", eventplugin.Allow(eventplugin.Submit)))))
	task := scheduler.NewTask(s, double)
	task.OnResult.Do(func(e scheduler.Result[int]) { fmt.Println("result", e.Value) }, event.Named("print"))

	exit, err := s.Run(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(exit)
}
