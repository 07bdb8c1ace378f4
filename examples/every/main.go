// Command every runs a scheduler five times and says hello at every second
// start, with [event.Every].
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

func printHello() { fmt.Println("hello") }

func main() {
	sdk.ServeIfPlugin()

	s := scheduler.New(process.Self(1))

	s.OnStart.Do(printHello, event.Every(2))

	for range 5 {
		if _, err := s.Run(context.Background()); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Print(s)
}
