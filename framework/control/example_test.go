package control_test

import (
	"context"
	"fmt"
	"log"

	"github.com/signalbox-go/signalbox/framework/control"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/status"
)

// A program whose run answers: ps, top, tasks, explain and stop of the command
// line find it, and so does other Go code.
func Example() {
	ctx := context.Background()
	s := scheduler.New(local.Sequential(), scheduler.Name("example-of-control"))

	server, err := control.Serve(control.Of(status.New(s)))
	if err != nil {
		log.Print(err) // the run is as good without
	} else {
		defer server.Close()
	}

	// In another process:
	run, err := control.Find(ctx, "example-of-control")
	if err != nil {
		log.Fatal(err)
	}
	now, err := run.Look(ctx, false)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(now.Name, now.Phase)
	// Output: example-of-control not started
}
