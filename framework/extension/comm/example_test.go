package comm_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/extension/comm"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/sdk"
)

type Epoch struct {
	Number int
	Loss   float64
}

type Verdict struct{ Stop bool }

// fit asks after each epoch whether it is to go on.
var fit = sdk.TaskFunc("fit", func(ctx context.Context, rate float64) (epochs int, err error) {
	loss := 1.0
	for n := 1; n <= 100; n++ {
		loss *= rate
		sdk.Progress(ctx, n, 100, "epoch")
		verdict, err := sdk.Request[Verdict](ctx, Epoch{n, loss}, time.Minute)
		if err != nil || verdict.Stop {
			return n, err
		}
	}
	return 100, nil
})

func Example() {
	// The worker is this same program, whose main calls sdk.ServeIfPlugin(fit).
	s := scheduler.New(process.Self(1))
	talk := comm.New[Epoch, Verdict]()
	fitting := scheduler.NewTask(s, fit, talk)

	event.On(fitting, talk.Request, func(r comm.Request[Epoch, Verdict]) {
		if err := r.Respond(Verdict{Stop: r.Data.Loss < 0.1}); err != nil {
			log.Print(err)
		}
	})
	event.On(fitting, talk.Close, func(c comm.Closed) { fmt.Println("closed, by an error:", c.Err != nil) })
	fitting.OnResult.Do(func(e scheduler.Result[int]) { fmt.Println("epochs:", e.Value) })

	s.OnStart.Do(func() {
		if _, err := fitting.Submit(0.5); err != nil {
			log.Print(err)
		}
	})
	if _, err := s.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
	// Output:
	// closed, by an error: false
	// epochs: 4
}
