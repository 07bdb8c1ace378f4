// Command decorator subscribes to an event through the scheduler's field. It
// is its own worker, with no task to run.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/sdk"
)

func printHello() { fmt.Println("hello") }

func main() {
	sdk.ServeIfPlugin()

	s := scheduler.New(process.Self(1))

	s.OnStart.Do(printHello)

	if _, err := s.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
	fmt.Print(s)
}
