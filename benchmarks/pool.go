package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// localPool measures tasks in this process, without callbacks.
var localPool = &probe{name: "local-pool", unit: "tasks/s", n: 500_000, figure: func(_ *rig, n int) (float64, error) {
	var sum atomic.Int64
	s := scheduler.New(local.Pool(processes))
	t := scheduler.NewTask(s, task.New("add", func(_ context.Context, x int) (int, error) {
		sum.Add(int64(x + 1))
		return x + 1, nil
	}))
	if err := s.Start(context.Background()); err != nil {
		return 0, err
	}
	// Who submits waits when there is enough to do, as ants has it. What is measured
	// else is how fast the system gives memory to a queue.
	var ahead [10_000]*scheduler.Future[int]
	began := time.Now()
	for i := range n {
		oldest := &ahead[i%len(ahead)]
		if *oldest != nil {
			<-(*oldest).Done()
		}
		var err error
		if *oldest, err = t.Submit(i + 1); err != nil {
			return 0, err
		}
	}
	if _, err := s.Wait(); err != nil {
		return 0, err
	}
	took := time.Since(began)
	if got, want := int(sum.Load()), n*(n+1)/2+n; got != want || s.Counts().Results != uint64(n) {
		return 0, fmt.Errorf("%d results add up to %d; it should be %d and %d", s.Counts().Results, got, n, want)
	}
	return float64(n) / took.Seconds(), nil
}}
