package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// watcher is an observer made of functions, each of which may be nil.
type watcher struct {
	begin    func(*scheduler.Tap) error
	abort    func(error)
	observe  func(*scheduler.Occurrence)
	settled  func()
	finish   func(context.Context)
	finished func(scheduler.Exit)

	busy atomic.Bool // not settled
	tap  *scheduler.Tap
}

func (w *watcher) Begin(_ context.Context, tap *scheduler.Tap) error {
	w.tap = tap
	if w.begin != nil {
		return w.begin(tap)
	}
	return nil
}

func (w *watcher) Abort(err error) {
	if w.abort != nil {
		w.abort(err)
	}
}

func (w *watcher) Observe(o *scheduler.Occurrence) {
	if w.observe != nil {
		w.observe(o)
	}
}

func (w *watcher) Settled() bool {
	if w.settled != nil {
		w.settled()
	}
	return !w.busy.Load()
}

func (w *watcher) Finish(ctx context.Context, exit scheduler.Exit) {
	if w.finish != nil {
		w.finish(ctx)
	}
	if w.finished != nil {
		w.finished(exit)
	}
}

// describe tells an occurrence in a word or two.
func describe(o *scheduler.Occurrence) string {
	name := ""
	if o.Task != nil {
		name = o.Task.Name() + "."
	}
	switch o.Kind {
	case scheduler.OccurredLifecycle:
		return o.Event
	case scheduler.OccurredSubmitted:
		return fmt.Sprintf("%ssubmitted %d", name, o.Future.ID())
	case scheduler.OccurredEnded:
		return fmt.Sprintf("%s%s %d", name, o.Future.State(), o.Future.ID())
	case scheduler.OccurredEmission:
		return fmt.Sprintf("%s%s(%v) from %v", name, o.Event, o.Value, o.Origin)
	case scheduler.OccurredWorker:
		return fmt.Sprintf("worker %d", o.Worker.Worker)
	}
	return "?"
}

// TestObserversAreToldInOrder compares what observers are told with what
// callbacks are, which come behind.
func TestObserversAreToldInOrder(t *testing.T) {
	t.Parallel()

	var got []string
	w := &watcher{observe: func(o *scheduler.Occurrence) {
		if o.Time.IsZero() {
			panic("when was it?")
		}
		got = append(got, describe(o))
	}}
	e := &byHand{}
	s := quiet(e, scheduler.Observed(w))
	heard := func(src event.Source, names ...string) {
		for _, name := range names {
			_, err := src.Emitter().OnName(name, func(any) { got = append(got, "  "+name) })
			require.NoError(t, err)
		}
	}
	why := errors.New("odd")
	task1 := scheduler.NewTask(s, task.New("even", func(_ context.Context, n int) (int, error) {
		if n%2 == 1 {
			return 0, why
		}
		return n, nil
	}))
	number, signal := event.New[int]("number"), event.NewSignal("signal")
	s.Emitter().Add(number, signal)
	task1.Emitter().Add(number)
	heard(s, "on_start", "on_stop", "on_empty", "on_finishing", "on_finished", "on_future_submitted", "on_future_done", "on_future_result",
		"on_future_exception", "on_future_cancelled", "number", "signal")
	heard(task1, "on_submitted", "on_done", "on_result", "on_exception", "on_cancelled", "number")
	s.OnStart.Do(func() {
		f := mustSubmit(t, task1, 2)
		f.OnDone(func(*scheduler.Future[int]) { got = append(got, "  OnDone") })
		mustSubmit(t, task1, 1)
		mustSubmit(t, task1, 3).Cancel()
		loose, err := scheduler.Submit(s, task.New("loose", twice), 4)
		require.NoError(t, err)
		require.EqualValues(t, 4, loose.ID())
		event.Emit(s, number, 7)
		e.host.Report(scheduler.WorkerEvent{Worker: 5})
		event.EmitMany(s, event.OfSignal(signal), event.Of(number, 8))
		require.NoError(t, task1.Emitter().EmitDecoded("number", func(into any) error { *into.(*int) = 9; return nil }, "a plugin"))
		w.tap.Tell(scheduler.Occurrence{Kind: scheduler.OccurredWorker, Worker: scheduler.WorkerEvent{Worker: 6}})
		for _, c := range e.all() {
			e.host.End([]scheduler.Outcome{{Call: c, Err: c.Run(t.Context())}})
		}
		s.Stop()
	})
	mustRun(t, s, scheduler.ExceptionPolicy(scheduler.Continue), scheduler.CancellationPolicy(scheduler.Continue))
	require.Equal(t, []string{
		"on_start", "  on_start",
		"even.submitted 1", "  on_future_submitted", "  on_submitted",
		"even.submitted 2", "  on_future_submitted", "  on_submitted",
		"even.submitted 3", "  on_future_submitted", "  on_submitted",
		"even.cancelled 3", "  on_future_cancelled", "  on_cancelled",
		"submitted 4", "  on_future_submitted",
		"number(7) from <nil>", "  number",
		"worker 5",
		"signal(<nil>) from <nil>", "number(8) from <nil>", "  number", "  signal",
		"even.number(9) from a plugin", "  number",
		"worker 6",
		"even.result 1", "  on_future_done", "  on_future_result", "  on_done", "  on_result", "  OnDone",
		"even.exception 2", "  on_future_done", "  on_future_exception", "  on_done", "  on_exception",
		"result 4", "  on_future_done", "  on_future_result",
		"on_empty", "  on_empty",
		"on_stop", "  on_stop", "on_finishing", "  on_finishing", "on_finished", "  on_finished",
	}, got)
}

func TestObserversSeeTheRun(t *testing.T) {
	t.Parallel()

	var stopped scheduler.Stopped
	var finished scheduler.Exit
	var told []string
	w := &watcher{}
	s := quiet(&byHand{}, scheduler.Observed(w))
	w.begin = func(tap *scheduler.Tap) error {
		require.Same(t, s, tap.Scheduler())
		require.Equal(t, time.Hour, tap.Timeout())
		require.True(t, tap.KeepsRunning())
		require.False(t, tap.KillsAtEnd())
		require.Zero(t, s.OnStart.Count())
		return nil
	}
	w.observe = func(o *scheduler.Occurrence) {
		if o.Event == "on_stop" {
			stopped = o.Stopped
		}
		told = append(told, describe(o))
	}
	w.finish = func(ctx context.Context) {
		require.NoError(t, ctx.Err())
		require.Equal(t, 1, s.OnFinished.Count())
		told = append(told, "finish")
	}
	w.finished = func(exit scheduler.Exit) { finished = exit }
	why := errors.New("why")
	s.OnStart.Do(func() { s.StopWith("enough", why) })
	exit, err := s.Run(t.Context(), scheduler.Timeout(time.Hour), scheduler.KeepRunning(), scheduler.ExceptionPolicy(scheduler.End))
	require.NoError(t, err)
	require.Equal(t, exit, finished)
	require.Equal(t, scheduler.Stopped{Message: "enough", Err: why}, stopped)
	require.Equal(t, []string{"on_start", "on_stop", "on_finishing", "on_finished", "finish"}, told)

	w.begin = func(tap *scheduler.Tap) error {
		require.Zero(t, tap.Timeout())
		require.False(t, tap.KeepsRunning())
		require.True(t, tap.KillsAtEnd())
		return nil
	}
	w.finish = nil
	_, err = s.Run(t.Context(), scheduler.KillAtEnd())
	require.ErrorIs(t, err, why)
}

// TestWaitingIsWhatDidNotRun, in whichever attempt.
func TestWaitingIsWhatDidNotRun(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		waited := time.Duration(-1)
		s := quiet(local.Pool(1), scheduler.Observed(&watcher{observe: func(o *scheduler.Occurrence) {
			if o.Kind == scheduler.OccurredEnded {
				waited = o.Wait
			}
		}}))
		tsk := scheduler.NewTask(s, task.New("third", func(ctx context.Context, x int) (int, error) {
			<-time.After(time.Minute)
			return third(ctx, x)
		}), newJudge(func(a *scheduler.Attempt) {
			if a.Err != nil {
				time.AfterFunc(time.Second, a.Again().Release)
			}
		}))
		mustStart(t, s)
		f := mustSubmit(t, tsk, 1)
		mustWait(t, s)
		require.NoError(t, f.Err())
		require.Equal(t, time.Minute, f.Elapsed(), "of the last attempt")
		require.Equal(t, 2*time.Second, waited.Round(time.Millisecond))
	})
}

// TestAnObserverKeepsARunFromStarting has what did start be ended.
func TestAnObserverKeepsARunFromStarting(t *testing.T) {
	t.Parallel()

	var mu sync.Mutex // they are called side by side
	var aborted []string
	abort := func(name string) func(error) {
		return func(err error) {
			mu.Lock()
			defer mu.Unlock()
			aborted = append(aborted, name+": "+err.Error())
		}
	}
	no := errors.New("no such plugin")
	good, bad := &watcher{abort: abort("good")}, &watcher{abort: abort("bad"), begin: func(*scheduler.Tap) error { return no }}
	finished := func(context.Context) { t.Error("nothing was begun") }
	good.finish, bad.finish = finished, finished
	e := newServed()
	s := quiet(e, scheduler.Observed(good), scheduler.Observed(bad))
	_, err := s.Run(t.Context())
	require.ErrorIs(t, err, no)
	require.Equal(t, []string{"good: no such plugin"}, aborted)
	require.Equal(t, []int{1, 1}, []int{e.started, e.stopped})
	require.Zero(t, s.OnStart.Count())
	require.False(t, s.Running())

	bad.begin, aborted = nil, nil
	e.startErr = errors.New("no such worker")
	_, err = s.Run(t.Context())
	require.ErrorIs(t, err, e.startErr)
	require.ElementsMatch(t, []string{"good: no such worker", "bad: no such worker"}, aborted)

	e.startErr, good.finish, bad.finish = nil, nil, nil
	mustRun(t, s)
	require.Len(t, aborted, 2)
}

// TestAnObserverKeepsARunFromEnding as long as it is not settled. It may ask
// the scheduler meanwhile.
func TestAnObserverKeepsARunFromEnding(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		w := &watcher{}
		w.busy.Store(true)
		s := quiet(local.Pool(1), scheduler.Observed(w))
		w.settled = func() { s.Running() }
		double := doubleTask(s)
		mustStart(t, s)
		over := make(chan scheduler.Exit)
		go func() {
			exit, _ := s.Wait()
			over <- exit
		}()
		time.Sleep(time.Hour)
		require.True(t, s.Running())
		mustSubmit(t, double, 1)
		time.Sleep(time.Hour)
		require.Equal(t, 2, s.OnEmpty.Count())
		require.True(t, s.Running())
		w.busy.Store(false)
		time.Sleep(time.Hour)
		require.True(t, s.Running(), "nobody has told")
		w.tap.Wake()
		exit := <-over
		require.Equal(t, scheduler.ExitExhausted, exit.Code)
		require.Equal(t, 3*time.Hour, exit.Elapsed)
		w.tap.Wake() // nobody sleeps any more

		w.busy.Store(true)
		require.Equal(t, scheduler.ExitTimeout, mustRun(t, s, scheduler.Timeout(time.Hour)).Code, "no longer than its time")
	})
}

// TestPayloadsAreKeptForObservers in executors that encode and those that do
// not, if anybody asks.
func TestPayloadsAreKeptForObservers(t *testing.T) {
	t.Parallel()

	type odd struct {
		F func() `json:"f"`
	}
	double := task.New("double", twice)
	binary := task.New("binary", twice).CBOR()
	silent := task.New("silent", func(context.Context, int) (odd, error) { return odd{F: func() {}}, nil })
	for name, executor := range map[string]func() scheduler.Executor{
		"encodes":         func() scheduler.Executor { return newServed(double, binary) },
		"does not encode": func() scheduler.Executor { return local.Sequential() },
	} {
		for _, keep := range []bool{true, false} {
			var got []string
			w := &watcher{begin: func(tap *scheduler.Tap) error {
				tap.Keep(keep, false)
				tap.Keep(false, keep)
				return nil
			}}
			w.observe = func(o *scheduler.Occurrence) {
				if o.Future != nil {
					got = append(got, fmt.Sprintf("%s %q %s %v", o.Future.Task(), o.Payload, o.ContentType, o.Err))
				}
				if o.Kind == scheduler.OccurredEnded && o.Wait < 0 {
					panic("it did not wait less than nothing")
				}
			}
			s := quiet(executor(), scheduler.Observed(w))
			for _, def := range []*task.Def[int, int]{double, binary} {
				each := scheduler.NewTask(s, def)
				mustStart(t, s)
				_, err := each.Call(t.Context(), 3)
				require.NoError(t, err)
				mustWait(t, s)
			}
			want := []string{`double "3" application/json <nil>`, `double "6" application/json <nil>`,
				`binary "\x03" application/cbor <nil>`, `binary "\x06" application/cbor <nil>`}
			if !keep {
				want = []string{`double ""  <nil>`, `double ""  <nil>`, `binary ""  <nil>`, `binary ""  <nil>`}
			}
			require.Equal(t, want, got, name)
		}
	}

	var why error
	w := &watcher{begin: func(tap *scheduler.Tap) error { tap.Keep(false, true); return nil }}
	w.observe = func(o *scheduler.Occurrence) {
		if o.Kind == scheduler.OccurredEnded {
			why = o.Err
		}
	}
	s := quiet(local.Sequential(), scheduler.Observed(w))
	scheduler.NewTask(s, silent)
	s.OnStart.Do(func() { s.Task("silent").SubmitEncoded([]byte("1"), "") })
	require.Equal(t, scheduler.ExitExhausted, mustRun(t, s).Code, "what cannot be kept is no failure of the task")
	require.ErrorContains(t, why, "json: unsupported type: func()")

	w.begin = nil
	mustRun(t, s)
	require.NoError(t, why, "asked for by that run only")
}
