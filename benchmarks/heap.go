package main

import (
	"context"
	"fmt"
	"runtime"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// heapPerTask measures what the host keeps for each task that waits: n are
// submitted to a scheduler that is paused, and told of. Then they run.
var heapPerTask = &probe{name: "heap-per-task", unit: "bytes", lower: true, n: 1_000_000, figure: func(_ *rig, n int) (float64, error) {
	s := scheduler.New(process.Self(processes))
	t := scheduler.NewTask(s, next)
	told, submitted, done, results, sum := make(chan struct{}), 0, 0, 0, 0
	s.OnFutureSubmitted.Do(func(scheduler.FutureSubmitted) {
		if submitted++; submitted == n {
			close(told)
		}
	})
	s.OnFutureDone.Do(func(scheduler.FutureDone) { done++ })
	s.OnFutureResult.Do(func(scheduler.FutureResult) { results++ })
	t.OnResult.Do(func(e scheduler.Result[int]) { sum += e.Value })

	s.Pause()
	if err := s.Start(context.Background()); err != nil {
		return 0, err
	}
	before := heap()
	for i := range n {
		if _, err := t.Submit(i + 1); err != nil {
			return 0, err
		}
	}
	<-told
	bytes := float64(heap() - before)
	s.Resume()
	if _, err := s.Wait(); err != nil {
		return 0, err
	}
	if want := n*(n+1)/2 + n; done != n || results != n || sum != want {
		return 0, fmt.Errorf("%d done, %d results, which add up to %d; it should be %d each, and %d", done, results, sum, n, want)
	}
	return bytes / float64(n), nil
}}

// heap is what is in use after a collection; the second one also frees what
// pools had kept.
func heap() int {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}
