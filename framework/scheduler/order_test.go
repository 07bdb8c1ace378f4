package scheduler_test

import (
	"context"
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// slowly is a number that takes a second of the bubble's time to decode.
type slowly int

func (n *slowly) UnmarshalJSON(data []byte) error {
	time.Sleep(time.Second) // not synchronisation: decoding is to take a while
	var i int
	if err := json.Unmarshal(data, &i); err != nil {
		return err
	}
	if i < 0 {
		panic("below zero")
	}
	*n = slowly(i)
	return nil
}

// TestWhatFollowsFromAnEndComesBehindIt ends several calls together, which
// takes a while, and has goroutines that wait for one, or look at it, emit as
// soon as they see its end.
func TestWhatFollowsFromAnEndComesBehindIt(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		e := &byHand{encodes: true}
		s := quiet(e)
		same := scheduler.NewTask(s, task.New("same", func(_ context.Context, n int) (slowly, error) { return slowly(n), nil }))
		var got []string
		event.On(s, mine, func(x string) { got = append(got, x) })
		same.OnDone.Do(func(scheduler.Done) { got = append(got, "done") })
		mustStart(t, s)
		futures := []*scheduler.Future[slowly]{mustSubmit(t, same, 1), mustSubmit(t, same, 2), mustSubmit(t, same, 3)}
		go func() {
			_, err := futures[0].Wait(t.Context())
			require.NoError(t, err)
			event.Emit(s, mine, "waited")
		}()
		go func() {
			<-futures[1].Done()
			event.Emit(s, mine, "woken")
		}()
		go func() {
			for !futures[0].State().Ended() {
				_, _, ended := futures[0].Result()
				require.Equal(t, ended, futures[0].Elapsed() != 0)
				time.Sleep(100 * time.Millisecond) // not synchronisation: it looks now and then
			}
			event.Emit(s, mine, "looked")
		}()
		synctest.Wait()
		began := time.Now()
		e.end(task.New("same", func(_ context.Context, n int) (int, error) { return n, nil }))
		require.Equal(t, 3*time.Second, time.Since(began))
		time.Sleep(time.Second)
		mustWait(t, s)
		require.Equal(t, []string{"done", "done", "done"}, got[:3])
		require.ElementsMatch(t, []string{"waited", "woken", "looked"}, got[3:])
	})
}

// TestDecodingThatPanics is an error of the call.
func TestDecodingThatPanics(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		s := quiet(newServed(task.New("same", func(_ context.Context, n int) (int, error) { return n, nil })))
		same := scheduler.NewTask(s, scheduler.Named[int, slowly]("same"))
		mustStart(t, s, scheduler.ExceptionPolicy(scheduler.Continue))
		_, err := same.Call(t.Context(), -1)
		require.EqualError(t, err, "task same: result does not decode as scheduler_test.slowly (application/json): panic: below zero")
		v, err := same.Call(t.Context(), 1)
		require.NoError(t, err)
		require.EqualValues(t, 1, v)
		mustWait(t, s)
	})
}

// TestCancellingAsSoonAsItIsSubmitted cancels in the first callback that
// hears of a future, and that future's events stay in order.
func TestCancellingAsSoonAsItIsSubmitted(t *testing.T) {
	t.Parallel()

	e := &byHand{}
	s := quiet(e)
	double := doubleTask(s)
	var told []string
	for _, src := range []event.Source{s, double} {
		for _, ev := range src.Emitter().Events() {
			_, err := src.Emitter().OnName(ev.Name, func(any) { told = append(told, ev.Name) })
			require.NoError(t, err)
		}
	}
	s.OnFutureSubmitted.Do(func(e scheduler.FutureSubmitted) {
		told = append(told, "cancel", e.Future.State().String())
		e.Future.Cancel()
		told = append(told, e.Future.State().String())
	})
	s.OnStart.Do(func() { double.Submit(1) })
	mustRun(t, s, scheduler.CancellationPolicy(scheduler.Continue))
	require.Equal(t, []string{"on_start", "on_future_submitted", "cancel", "pending", "cancelled", "on_submitted",
		"on_future_cancelled", "on_cancelled", "on_empty", "on_finishing", "on_finished"}, told)
	require.Zero(t, double.Running())
	require.Empty(t, double.Queue())
	require.Equal(t, scheduler.Counts{Submitted: 1, Cancelled: 1}, s.Counts())
}
