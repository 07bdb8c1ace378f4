package limiter_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/extension/limiter"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

var square = task.New("square", func(_ context.Context, x int) (int, error) { return x * x, nil })

// A call beyond the limit is refused, which the caller and an event tell.
func Example() {
	s := scheduler.New(local.Pool(2), scheduler.Logger(slog.New(slog.DiscardHandler)))
	squares := scheduler.NewTask(s, square, limiter.New(limiter.MaxCalls(2)))

	s.OnStart.Do(func() {
		for x := range 3 {
			if _, err := squares.Submit(x); errors.Is(err, limiter.ErrCallLimit) {
				fmt.Println(err)
			}
		}
	})
	event.On(squares, limiter.CallLimitReached, func(r limiter.Refused) { fmt.Println("refused:", r.Input) })

	s.Run(context.Background())
	fmt.Println("results:", squares.OnResult.Count())
	// Output:
	// scheduler: submit to task square refused: extension limiter: call limit reached: 2 calls
	// refused: 2
	// results: 2
}

// With Queue, calls wait for room: here one runs at a time, on four workers.
func ExampleQueue() {
	s := scheduler.New(local.Pool(4))
	squares := scheduler.NewTask(s, square, limiter.New(limiter.MaxConcurrent(1), limiter.Queue()))

	s.OnStart.Do(func() {
		for x := range 3 {
			squares.Submit(x)
		}
	})
	squares.OnResult.Do(func(e scheduler.Result[int]) { fmt.Println(e.Value) })

	s.Run(context.Background())
	// Output:
	// 0
	// 1
	// 4
}
