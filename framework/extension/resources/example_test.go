//go:build linux

package resources_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/extension/resources"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// Code that allocates without end is stopped at its limit; the next call runs in
// another process. The program serves hog, see process.Self.
func Example() {
	s := scheduler.New(process.Self(1), scheduler.Logger(slog.New(slog.DiscardHandler)))
	fit := scheduler.NewTask(s, hog, resources.New(resources.Memory(64<<20), resources.Wall(time.Minute)))

	s.OnStart.Do(func() {
		fit.Submit(-1) // without end
		fit.Submit(1 << 20)
	})
	event.On(fit, resources.MemoryLimitReached, func(e resources.Reached) {
		fmt.Println("future", e.ID, "reached its", e.Limit, "of", scheduler.Bytes(e.Allowed))
	})
	fit.OnException.Do(func(e scheduler.Exception) {
		fmt.Println(errors.Is(e.Err, resources.ErrMemory))
	})

	s.Run(context.Background(), scheduler.ExceptionPolicy(scheduler.Continue))
	fmt.Println("results:", fit.OnResult.Count())
	// Output:
	// future 1 reached its memory-limit of 64 MiB
	// true
	// results: 1
}
