// Driver is one executable that is task plugin and event plugin at once. A
// host runs its task in workers and attaches its event plugin, which drives the
// run: at the start it submits a call, at each of three results another one. The
// run ends by itself when all is done.
package main

import (
	"context"
	"log"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/sdk"
)

func main() { sdk.Serve(double, driver) }

var double = sdk.TaskFunc("double", func(_ context.Context, x int) (int, error) { return 2 * x, nil })

var driver = sdk.EventPlugin("driver", func(s *sdk.Scheduler, _ struct{}) error {
	task := s.Task("double")
	s.OnStart.Do(func() { submit(s, task, 1) })
	task.OnResult.Do(func(e sdk.Result) {
		var x int
		if err := e.Value.Decode(&x); err != nil {
			stop(s, err)
			return
		}
		submit(s, task, x)
	}, event.Limit(3))
	return nil
})

func submit(s *sdk.Scheduler, task *sdk.Task, x int) {
	if _, err := task.Submit(x); err != nil {
		stop(s, err)
	}
}

// stop ends the run, since nobody else would go on with it.
func stop(s *sdk.Scheduler, why error) {
	log.Print(why)
	if err := s.Stop("the driver has given up", why); err != nil {
		log.Print(err)
	}
}
