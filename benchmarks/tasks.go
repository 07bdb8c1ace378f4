package main

import (
	"context"

	"github.com/signalbox-go/signalbox/benchmarks/peer"
	"github.com/signalbox-go/signalbox/plugins/logging"
	"github.com/signalbox-go/signalbox/plugins/metrics"
	"github.com/signalbox-go/signalbox/sdk"
)

// parts are what the workers and event plugins of ours serve.
var parts = []sdk.Part{next, negate, echo, spin, say, ask, counter, sleeper, logging.Plugin(), metrics.Plugin()}

var next = sdk.TaskFunc("next", func(_ context.Context, x int) (int, error) { return x + 1, nil })

// record is what somebody's small struct may look like.
type record struct {
	Name   string      `json:"name"`
	Values [16]float64 `json:"values"`
}

var negate = sdk.TaskFunc("negate", func(_ context.Context, in record) (record, error) {
	for i := range in.Values {
		in.Values[i] = -in.Values[i]
	}
	return in, nil
})

var echo = sdk.TaskFunc("echo", func(_ context.Context, in []byte) ([]byte, error) { return in, nil })

// spin keeps the CPU busy for that many steps, and returns them.
var spin = sdk.TaskFunc("spin", func(_ context.Context, steps int) (int, error) {
	if peer.Spin(steps) == 0 { // never: the generator does not come to 0
		return 0, nil
	}
	return steps, nil
})
