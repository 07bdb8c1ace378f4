package main

import (
	"slices"
	"time"

	"github.com/signalbox-go/signalbox/benchmarks/peer"
)

// Probes of many small tasks: all submitted at the start, each by the result of
// another, one at a time.

var flood = &probe{name: "flood", unit: "tasks/s", n: 400_000, figure: func(_ *rig, n int) (float64, error) {
	return perSecond(n)(numbers(n, n).run())
}}

var floodOfRecords = &probe{name: "flood-of-records", unit: "tasks/s", n: 150_000, figure: func(_ *rig, n int) (float64, error) {
	return perSecond(n)(records(n, n).run())
}}

var chained = &probe{name: "chained", unit: "tasks/s", n: 15_000, figure: func(_ *rig, n int) (float64, error) {
	return perSecond(n)(numbers(n, 2).run())
}}

var oneInFlight = &probe{name: "one-in-flight", unit: "µs", lower: true, n: 5_000, figure: func(_ *rig, n int) (float64, error) {
	w := numbers(n, 1)
	w.trips = make([]time.Duration, 0, n)
	if _, err := w.run(); err != nil {
		return 0, err
	}
	return middle(w.trips), nil
}}

var million = &probe{name: "million", unit: "µs/task", lower: true, n: 1_000_000, figure: func(_ *rig, n int) (float64, error) {
	return each(n)(numbers(n, n).run())
}}

// tenThousand does as much as million, ten thousand tasks at a time.
var tenThousand = &probe{name: "ten-thousand", unit: "µs/task", lower: true, n: 1_000_000, figure: func(_ *rig, n int) (float64, error) {
	w := numbers(n, 10_000)
	w.whole = true
	return each(n)(w.run())
}}

// with makes the figure of a peer that the rig has, or starts.
func with[P any](start func(*rig) (P, error), figure func(p P, n int) (float64, error)) func(*rig, int) (float64, error) {
	return func(r *rig, n int) (float64, error) {
		p, err := start(r)
		if err != nil {
			return 0, err
		}
		return figure(p, n)
	}
}

func unary(name string, n, calls int) *probe {
	return &probe{name: name, unit: "tasks/s", n: n, figure: with((*rig).grpc, func(p *peer.GRPC, n int) (float64, error) {
		return perSecond(n)(p.Next(n, calls))
	})}
}

var (
	unary2  = unary("unary-2", 15_000, 2)
	unary32 = noted(unary("unary-32", 30_000, 32), 30_000)
)

var unary1 = noted(&probe{name: "unary-1", unit: "µs", lower: true, n: 5_000, figure: with((*rig).grpc, func(p *peer.GRPC, n int) (float64, error) {
	trips, err := p.Trips(n)
	if err != nil {
		return 0, err
	}
	return middle(trips), nil
})}, 164)

var unaryOfRecords = &probe{name: "unary-32-of-records", unit: "tasks/s", n: 30_000, figure: with((*rig).grpc, func(p *peer.GRPC, n int) (float64, error) {
	in := someRecord()
	return perSecond(n)(p.Negate(n, 32, in.Name, in.Values[:]))
})}

var netRPC32 = noted(&probe{name: "netrpc-32", unit: "tasks/s", n: 30_000, figure: with((*rig).netRPC, func(p *peer.NetRPC, n int) (float64, error) {
	return perSecond(n)(p.Next(n, 32))
})}, 37_000)

func stream(name string, n, perFrame int) *probe {
	return &probe{name: name, unit: "tasks/s", n: n, figure: with((*rig).grpc, func(p *peer.GRPC, n int) (float64, error) {
		return perSecond(n)(p.EchoNumbers(n, perFrame, 4))
	})}
}

var (
	stream64  = stream("stream-64", 1_000_000, 64)
	stream256 = stream("stream-256", 2_000_000, 256)
)

var pythonSubmit = noted(&probe{name: "python-submit", unit: "tasks/s", n: 10_000, figure: with((*rig).python, func(p *peer.Python, n int) (float64, error) {
	return perSecond(n)(p.Submit(n))
})}, 12_200)

var pythonMap = noted(&probe{name: "python-map-100", unit: "tasks/s", n: 400_000, figure: with((*rig).python, func(p *peer.Python, n int) (float64, error) {
	return perSecond(n)(p.Map(n, 100))
})}, 560_000)

var ants = &probe{name: "ants", unit: "tasks/s", n: 1_000_000, figure: func(_ *rig, n int) (float64, error) {
	return perSecond(n)(peer.Ants(n, processes))
}}

func noted(p *probe, figure float64) *probe {
	p.noted = figure
	return p
}

// perSecond makes a rate of the time that n took.
func perSecond(n int) func(time.Duration, error) (float64, error) {
	return func(took time.Duration, err error) (float64, error) { return float64(n) / took.Seconds(), err }
}

// each makes of the time that n took how many µs one did.
func each(n int) func(time.Duration, error) (float64, error) {
	return func(took time.Duration, err error) (float64, error) { return micros(took) / float64(n), err }
}

// middle is the median in µs.
func middle(trips []time.Duration) float64 {
	trips = slices.Sorted(slices.Values(trips))
	return micros(trips[len(trips)/2])
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
