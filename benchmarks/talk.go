package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/extension/comm"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/sdk"
)

// Probes of messages between one running task and the host.

// say sends that many messages.
var say = sdk.TaskFunc("say", func(ctx context.Context, n int) (int, error) {
	for i := range n {
		if err := sdk.Send(ctx, i+1); err != nil {
			return 0, err
		}
	}
	return n, sdk.CloseAndWait(ctx, 0)
})

// ask asks that many times, and returns how long each answer took.
var ask = sdk.TaskFunc("ask", func(ctx context.Context, n int) ([]time.Duration, error) {
	trips := make([]time.Duration, n)
	for i := range trips {
		began := time.Now()
		answer, err := sdk.Request[int](ctx, i, time.Minute)
		if err != nil {
			return nil, err
		}
		if answer != i+1 {
			return nil, fmt.Errorf("the answer to %d was %d", i, answer)
		}
		trips[i] = time.Since(began)
	}
	return trips, nil
})

var messages = &probe{name: "messages", unit: "messages/s", n: 200_000, figure: func(_ *rig, n int) (float64, error) {
	s := scheduler.New(process.Self(1))
	talk := comm.New[int, int]()
	t := scheduler.NewTask(s, say, talk)
	sum := 0
	event.On(t, talk.Message, func(m comm.Message[int]) { sum += m.Data })
	took, err := timed(s, t, n)
	if err == nil && sum != n*(n+1)/2 {
		err = fmt.Errorf("%d messages add up to %d", n, sum)
	}
	return float64(n) / took.Seconds(), err
}}

var requests = &probe{name: "requests", unit: "µs", lower: true, n: 5_000, figure: func(_ *rig, n int) (float64, error) {
	s := scheduler.New(process.Self(1))
	talk := comm.New[int, int]()
	t := scheduler.NewTask(s, ask, talk)
	event.On(t, talk.Request, func(r comm.Request[int, int]) { _ = r.Respond(r.Data + 1) }) // the task tells what is wrong
	var trips []time.Duration
	t.OnResult.Do(func(e scheduler.Result[[]time.Duration]) { trips = e.Value })
	if _, err := timed(s, t, n); err != nil {
		return 0, err
	}
	return middle(trips), nil
}}

// timed runs one call, and returns how long its code took.
func timed[Out any](s *scheduler.Scheduler, t *scheduler.Task[int, Out], n int) (took time.Duration, err error) {
	if err := s.Start(context.Background()); err != nil {
		return 0, err
	}
	f, err := t.Submit(n)
	_, ended := s.Wait()
	if err = errors.Join(err, ended); err != nil {
		return 0, err
	}
	return f.Elapsed(), nil
}
