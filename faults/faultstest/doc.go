// Package faultstest does to Signalbox what goes wrong where people use it: workers
// that are killed, hang, flood and lie, plugins that speak no protocol, hosts
// that die. Each case runs real processes, with the bundled journal and metrics
// attached, and is held against the same rules at its end; see [Run].
//
//	go test ./... -run Fault   # once each, and the tests of that name elsewhere
//	go run ./faults            # many times each, chaos and a soak besides: a table
//
// It is for Linux, as it looks at /proc.
package faultstest
