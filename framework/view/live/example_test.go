package live_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"

	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/framework/view/live"
)

var square = task.New("square", func(_ context.Context, x int) (int, error) { return x * x, nil })

// A run is shown on standard error, if that is a terminal, with a panel of the
// program's own.
func ExampleDisplay() {
	s := scheduler.New(local.Pool(2))
	t := scheduler.NewTask(s, square)
	var largest atomic.Int64
	t.OnResult.Do(func(e scheduler.Result[int]) { largest.Store(max(largest.Load(), int64(e.Value))) })
	s.OnStart.Do(func() {
		for x := range 10 {
			_, _ = t.Submit(x) // which a run that goes on accepts
		}
	})

	exit, err := s.Run(context.Background(), live.Display(live.Panel{
		Title: "largest",
		Lines: func() []string { return []string{fmt.Sprint(largest.Load())} },
	}))
	fmt.Println(exit.Code, err, largest.Load())
	// Output: exhausted <nil> 81
}

// What is logged while a run is shown goes through the screen.
func ExampleOn() {
	screen := live.New(os.Stderr, live.Options{})
	log := slog.New(slog.NewTextHandler(screen, nil))
	s := scheduler.New(local.Pool(2), scheduler.Logger(log))
	scheduler.NewTask(s, square)

	exit, err := s.Run(context.Background(), live.On(screen))
	fmt.Println(exit.Code, err)
	// Output: exhausted <nil>
}
