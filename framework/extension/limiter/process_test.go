package limiter_test

import (
	"context"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/extension/limiter"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/sdk"
)

// span is when, and in which process, code ran: by the machine's clock, which
// all processes share.
type span struct {
	PID        int
	Begin, End time.Time
}

// stamp takes so many milliseconds. Below 0 its process dies.
var stamp = sdk.TaskFunc("stamp", func(ctx context.Context, ms int) (span, error) {
	if ms < 0 {
		os.Exit(3)
	}
	s := span{PID: os.Getpid(), Begin: time.Now()}
	select {
	case <-time.After(time.Duration(ms) * time.Millisecond):
	case <-ctx.Done():
	}
	s.End = time.Now()
	return s, nil
})

func TestWithWorkerProcesses(t *testing.T) {
	t.Parallel()
	s := quiet(process.Self(3))
	other := scheduler.NewTask(s, stamp.As("other"))
	one := scheduler.NewTask(s, stamp.As("one"), limiter.New(limiter.MaxConcurrent(1), limiter.NotWhileRunning(other), limiter.Queue()))
	few := scheduler.NewTask(s, stamp.As("few"), limiter.New(limiter.MaxCalls(2), limiter.MaxConcurrent(1)))
	refused := 0
	event.On(few, limiter.ConcurrentLimitReached, func(limiter.Refused) { refused++ })
	var spans []span
	collect := func(e scheduler.Result[span]) { spans = append(spans, e.Value) }
	one.OnResult.Do(collect)
	other.OnResult.Do(collect)
	start(t, s)
	submit(t, other, 30)
	for i := range 6 {
		if i == 2 {
			submit(t, one, -1) // its place is there again when it is lost
		}
		submit(t, one, 10)
	}
	submit(t, few, 20)
	_, err := few.Submit(20)
	require.ErrorIs(t, err, limiter.ErrConcurrentLimit)
	wait(t, s)
	require.Equal(t, 1, refused)
	n := one.Stats()
	require.EqualValues(t, 6, n.Results)
	require.EqualValues(t, 1, n.Exceptions)
	require.EqualValues(t, 1, s.Workers().Lost)
	require.Len(t, spans, 7)
	slices.SortFunc(spans, func(a, b span) int { return a.Begin.Compare(b.Begin) })
	for i := range spans[1:] {
		require.False(t, spans[i+1].Begin.Before(spans[i].End), "two ran at a time: %v", spans)
	}
}
