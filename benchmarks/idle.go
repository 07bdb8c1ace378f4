package main

import (
	"context"
	"time"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// idle measures the CPU time of a host whose workers wait, over n tenths of a
// second.
var idle = &probe{name: "idle", unit: "% of a core", lower: true, n: 100, figure: func(_ *rig, n int) (float64, error) {
	s := scheduler.New(process.Self(16))
	scheduler.NewTask(s, next)
	if err := s.Start(context.Background()); err != nil {
		return 0, err
	}
	time.Sleep(200 * time.Millisecond) // the starts are over
	before, began := cpuTime(), time.Now()
	time.Sleep(time.Duration(n) * 100 * time.Millisecond)
	used, took := cpuTime()-before, time.Since(began)
	if _, err := s.Wait(); err != nil { // there is nothing to do, so it ends
		return 0, err
	}
	if before < 0 {
		return 0, errNotHere
	}
	return 100 * used.Seconds() / took.Seconds(), nil
}}
