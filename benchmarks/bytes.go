package main

// Probes of large payloads, eight of them in flight.

const mebibyte = 1 << 20

var echoed = &probe{name: "echo-1MiB", unit: "MiB/s", n: 400, figure: func(_ *rig, n int) (float64, error) {
	return perSecond(n)(payloads(n, 8, mebibyte).run())
}}

var streamed = &probe{name: "stream-1MiB", unit: "MiB/s", n: 400, figure: func(r *rig, n int) (float64, error) {
	p, err := r.grpc()
	if err != nil {
		return 0, err
	}
	return perSecond(n)(p.EchoBytes(n, 8/processes, make([]byte, mebibyte)))
}}
