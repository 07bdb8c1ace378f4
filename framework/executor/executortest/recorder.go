package executortest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// recorder notes what is told of every future. Callbacks do not overlap, so it
// needs no lock; it is read after the run.
type recorder struct {
	told  map[scheduler.AnyFuture][]string
	ended []scheduler.AnyFuture // in the order in which it was told
}

// record notes the events of a scheduler. Tasks are added by [recordTask].
func record(s *scheduler.Scheduler) *recorder {
	r := &recorder{told: map[scheduler.AnyFuture][]string{}}
	s.OnFutureSubmitted.Do(func(e scheduler.FutureSubmitted) { r.note(e.Future, "s.submitted") })
	s.OnFutureDone.Do(func(e scheduler.FutureDone) { r.note(e.Future, "s.done") })
	s.OnFutureResult.Do(func(e scheduler.FutureResult) { r.note(e.Future, "s.result") })
	s.OnFutureException.Do(func(e scheduler.FutureException) { r.note(e.Future, "s.exception") })
	s.OnFutureCancelled.Do(func(e scheduler.FutureCancelled) { r.note(e.Future, "s.cancelled") })
	return r
}

func recordTask[In, Out any](r *recorder, task *scheduler.Task[In, Out]) *scheduler.Task[In, Out] {
	task.OnSubmitted.Do(func(e scheduler.Submitted[In]) { r.note(e.Future, "t.submitted") })
	task.OnDone.Do(func(e scheduler.Done) { r.note(e.Future, "t.done") })
	task.OnResult.Do(func(e scheduler.Result[Out]) { r.end(e.Future, "t.result") })
	task.OnException.Do(func(e scheduler.Exception) { r.end(e.Future, "t.exception") })
	task.OnCancelled.Do(func(e scheduler.TaskCancelled) { r.end(e.Future, "t.cancelled") })
	return task
}

func (r *recorder) note(f scheduler.AnyFuture, what string) { r.told[f] = append(r.told[f], what) }

func (r *recorder) end(f scheduler.AnyFuture, what string) {
	r.note(f, what)
	r.ended = append(r.ended, f)
}

// check requires that n futures were accepted, that each ended once, and that
// its events came in their order.
func (r *recorder) check(t *testing.T, s *scheduler.Scheduler, n int) {
	t.Helper()
	require.Len(t, r.told, n)
	require.Len(t, r.ended, n)
	counts := scheduler.Counts{Submitted: uint64(n), Refused: s.Counts().Refused}
	for f, got := range r.told {
		want := []string{"s.submitted", "t.submitted"}
		switch f.State() {
		case scheduler.Succeeded:
			counts.Results++
			want = append(want, "s.done", "s.result", "t.done", "t.result")
		case scheduler.Failed:
			counts.Exceptions++
			want = append(want, "s.done", "s.exception", "t.done", "t.exception")
		case scheduler.Cancelled:
			counts.Cancelled++
			want = append(want, "s.cancelled", "t.cancelled")
		default:
			require.Failf(t, "a future has not ended", "task %s, state %s", f.Task(), f.State())
		}
		require.Equal(t, want, got)
	}
	require.Equal(t, counts, s.Counts())
	require.Zero(t, s.Len())
}
