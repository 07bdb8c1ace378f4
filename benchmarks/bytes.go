package main

import "github.com/signalbox-go/signalbox/benchmarks/peer"

// Probes of large payloads, eight of them in flight.

const mebibyte = 1 << 20

var echoed = &probe{name: "echo-1MiB", unit: "MiB/s", n: 400, figure: func(_ *rig, n int) (float64, error) {
	return perSecond(n)(payloads(n, 8, mebibyte).run())
}}

var streamed = &probe{name: "stream-1MiB", unit: "MiB/s", n: 400, figure: with((*rig).grpc, func(p *peer.GRPC, n int) (float64, error) {
	return perSecond(n)(p.EchoBytes(n, 8/processes, make([]byte, mebibyte)))
})}
