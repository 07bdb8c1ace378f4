// Command functional subscribes to an event by its value, with a function that
// takes scheduler, event and callback, where decorator uses a field.
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

	event.OnSignal(s, s.OnStart.Event(), printHello)

	if _, err := s.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
	fmt.Print(s)
}
