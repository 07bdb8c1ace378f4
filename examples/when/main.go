// Command when greets in the language of its flag: each callback has a
// predicate, given with [event.When], that decides whether it is called.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/sdk"
)

func printHello()    { fmt.Println("hello") }
func printGutenTag() { fmt.Println("guten tag") }

func main() {
	sdk.ServeIfPlugin()

	locale := flag.String("locale", "English", "language of the greeting, English or German")
	flag.Parse()

	s := scheduler.New(process.Self(1))

	s.OnStart.Do(printHello, event.When(func() bool { return *locale == "English" }))
	s.OnStart.Do(printGutenTag, event.When(func() bool { return *locale == "German" }))

	if _, err := s.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
	fmt.Print(s)
}
