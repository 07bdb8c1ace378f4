package scheduler_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

func TestRunEndsThoughACallbackEndsItsGoroutine(t *testing.T) {
	t.Parallel()

	places := map[string]func(s *scheduler.Scheduler, double *scheduler.Task[int, int]){
		"on_start":    func(s *scheduler.Scheduler, _ *scheduler.Task[int, int]) { s.OnStart.Do(runtime.Goexit) },
		"on_empty":    func(s *scheduler.Scheduler, _ *scheduler.Task[int, int]) { s.OnEmpty.Do(runtime.Goexit) },
		"on_finished": func(s *scheduler.Scheduler, _ *scheduler.Task[int, int]) { s.OnFinished.Do(runtime.Goexit) },
		"on_result": func(_ *scheduler.Scheduler, double *scheduler.Task[int, int]) {
			double.OnResult.Do(func(scheduler.Result[int]) { runtime.Goexit() })
		},
		"two of them": func(s *scheduler.Scheduler, double *scheduler.Task[int, int]) {
			s.OnFutureSubmitted.Do(func(scheduler.FutureSubmitted) { runtime.Goexit() })
			double.OnResult.Do(func(scheduler.Result[int]) { runtime.Goexit() })
			s.OnFinished.Do(runtime.Goexit)
		},
	}
	for name, subscribe := range places {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := pool(2)
			double := doubleTask(s)
			subscribe(s, double)
			mustStart(t, s)
			called := make(chan struct{})
			f, err := double.Submit(1)
			if err == nil {
				f.OnDone(func(*scheduler.Future[int]) { close(called) })
			} else {
				close(called)
			}
			exit, err := s.Wait()
			require.ErrorIs(t, err, scheduler.ErrGoexit)
			require.ErrorIs(t, exit.Err, scheduler.ErrGoexit)
			require.Equal(t, scheduler.ExitException, exit.Code)
			<-called
			require.True(t, s.Empty())
			require.Zero(t, double.Running())
			require.Equal(t, 1, s.OnFinished.Count())
		})
	}
}

func TestEventsOutsideARunSurviveACallbackThatEndsItsGoroutine(t *testing.T) {
	t.Parallel()

	s := pool(1)
	s.OnEmpty.Do(runtime.Goexit, event.Limit(1))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.OnEmpty.Emit()
	}()
	<-ended
	double := doubleTask(s)
	mustStart(t, s, scheduler.KeepRunning())
	v, err := double.Call(t.Context(), 2)
	require.NoError(t, err)
	require.Equal(t, 4, v)
	s.Stop()
	mustWait(t, s)
}
