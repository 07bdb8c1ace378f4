package retry_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/extension/retry"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// fetch fails at first.
var fetch = task.New("fetch", func(ctx context.Context, url string) (string, error) {
	if info, _ := task.InfoFrom(ctx); info.Attempt < 3 {
		return "", errors.New("connection refused")
	}
	return "the page at " + url, nil
})

func Example() {
	s := scheduler.New(local.Pool(2))
	pages := scheduler.NewTask(s, fetch, retry.New(retry.Attempts(5), retry.Backoff(time.Millisecond, time.Second)))

	s.OnStart.Do(func() { pages.Submit("a.html") })
	event.On(pages, retry.RetryScheduled, func(r retry.Scheduled) { fmt.Printf("attempt %d: %v\n", r.Attempt, r.Err) })
	pages.OnResult.Do(func(e scheduler.Result[string]) {
		fmt.Printf("attempt %d: %s\n", e.Future.Attempt(), e.Value)
	})

	s.Run(context.Background())
	// Output:
	// attempt 1: connection refused
	// attempt 2: connection refused
	// attempt 3: the page at a.html
}
