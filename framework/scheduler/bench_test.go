package scheduler_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// BenchmarkSubmit is a task's way from submission to its last event.
func BenchmarkSubmit(b *testing.B) {
	bench := func(name string, prepare func(*scheduler.Scheduler, *scheduler.Task[int, int])) {
		b.Run(name, func(b *testing.B) {
			s := quiet(local.Pool(2))
			double := doubleTask(s)
			prepare(s, double)
			require.NoError(b, s.Start(context.Background()))
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				if _, err := double.Submit(i); err != nil {
					b.Fatal(err)
				}
			}
			_, err := s.Wait()
			require.NoError(b, err)
			require.EqualValues(b, b.N, s.Counts().Results)
		})
	}
	sum := 0
	bench("unheard", func(*scheduler.Scheduler, *scheduler.Task[int, int]) {})
	bench("one callback", func(_ *scheduler.Scheduler, t *scheduler.Task[int, int]) {
		t.OnResult.Do(func(e scheduler.Result[int]) { sum += e.Value })
	})
	bench("callbacks on every event", func(s *scheduler.Scheduler, t *scheduler.Task[int, int]) {
		s.OnFutureSubmitted.Do(func(scheduler.FutureSubmitted) { sum++ })
		s.OnFutureDone.Do(func(scheduler.FutureDone) { sum++ })
		s.OnFutureResult.Do(func(scheduler.FutureResult) { sum++ })
		t.OnSubmitted.Do(func(scheduler.Submitted[int]) { sum++ })
		t.OnDone.Do(func(scheduler.Done) { sum++ })
		t.OnResult.Do(func(scheduler.Result[int]) { sum++ })
	})
	bench("extension", func(_ *scheduler.Scheduler, t *scheduler.Task[int, int]) {
		require.NoError(b, t.Attach(&testExtension{name: "x"}))
	})
}

func BenchmarkMap(b *testing.B) {
	s := quiet(local.Pool(2))
	double := doubleTask(s)
	require.NoError(b, s.Start(context.Background()))
	b.ReportAllocs()
	b.ResetTimer()
	for _, err := range double.Map(context.Background(), func(yield func(int) bool) {
		for i := 0; i < b.N && yield(i); i++ {
		}
	}) {
		if err != nil {
			b.Fatal(err)
		}
	}
	_, err := s.Wait()
	require.NoError(b, err)
}

func BenchmarkCall(b *testing.B) {
	s := quiet(local.Pool(1))
	double := doubleTask(s)
	require.NoError(b, s.Start(context.Background()))
	for b.Loop() {
		if _, err := double.Call(context.Background(), 1); err != nil {
			b.Fatal(err)
		}
	}
	_, err := s.Wait()
	require.NoError(b, err)
}

// BenchmarkRun is a run in which nothing is done.
func BenchmarkRun(b *testing.B) {
	s := quiet(local.Pool(2))
	scheduler.NewTask(s, task.New("double", twice))
	for b.Loop() {
		if _, err := s.Run(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}
