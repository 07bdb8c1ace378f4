// Benchmarks measures Signalbox beside what its users would otherwise take, and
// beside the limits of the machine. It is a module of its own, so that no peer
// enters the module that users depend on.
//
//	make bench                                                  # the whole suite: a table and bench.json
//	go -C benchmarks run . -run 'flood|chained' -rounds 3       # some of it
//	go -C benchmarks test -run '^$' -bench Suite/flood          # as Go's own benchmarks
//
// A [probe] is one thing that is measured: a figure of ours or of a peer. A
// [row] sets two of them against each other, with the bar that ours has to reach
// and the goal. The probes of a [group] take turns, round after round, and the
// median of each counts; figures of different runs do not compare, since machines
// are noisy. All probes of ours go through the public API, and check what comes
// of it. Those that run many tasks have four callbacks subscribed that count, but
// for the tasks in this process, which have none, as their row says.
//
// bench.json is a list of rows. A ratio is ours divided by the peer's; a row
// whose bar is a figure by itself has no peer and no ratio. Where lower is true,
// less is better, and the bar is what must not be exceeded. A row is void, and not
// ok, if its peer did more than 20 % worse than what is noted for it, which it
// reaches on two cores of an AMD EPYC with nothing else to do. bench.txt has every
// single measurement in Go's benchmark format, so that benchstat compares two of
// them; without being told otherwise, both are written to the current folder.
//
// To add a row, write its probe as a function, if there is none yet, and put it
// into the table in suite.go.
//
// # Peers
//
// They are what somebody writes by hand, at its best: go-plugin with a protobuf
// service of its own and two processes, with generated code and no JSON, or with
// net/rpc; Python's ProcessPoolExecutor with two processes, if python3 is found;
// the goroutine pool ants; an emitter that has only what an emitter needs to
// count; loops without any scheduler. The gRPC stream is the limit: frames of
// bytes that are sent back as they are, four of them in flight on each of two
// connections.
//
// What a task of ours costs is counted from the first submission to the last
// event. Tasks that spin do a fixed number of steps, which is measured once, so
// that what the host takes from the CPU shows. The two starts by go-plugin come
// one after the other, and their ends do not count; the host's whole run does.
package main
