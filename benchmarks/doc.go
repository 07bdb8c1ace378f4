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
// that what the host takes from the CPU shows. Tasks in this process are submitted
// no further ahead of their results than ants lets its callers be, by the order of
// magnitude. The two starts by go-plugin come one after the other, and their ends
// do not count; the host's whole run does. The host is built as make install does.
//
// # Where a task's time goes
//
// By CPU profiles (-test.cpuprofile, and one of a worker), of all of the row's
// tasks, with two workers and four callbacks:
//
//	of the processor's time      no-op, host  worker   struct, host  worker
//	a task takes                      1.0 µs  0.7 µs         2.9 µs  2.2 µs
//
//	making the future, its queue         23 %                  19 %
//	encoding                              7 %     9 %          17 %    26 %
//	decoding                              4 %    12 %          17 %    28 %
//	events and callbacks                 16 %                  12 %
//	executor's backlog, waking           12 %                   4 %
//	frames, gRPC, sockets                 9 %    14 %           9 %     3 %
//	what a worker holds                   6 %     3 %           5 %     3 %
//	the end of a future                   4 %                   2 %
//	the call's context                           19 %                   3 %
//	the call itself                               3 %                   8 %
//	clock, ledger, outbox, loop                  16 %                  16 %
//	garbage collection                   18 %    22 %          14 %    11 %
//
// The rows that miss their goal, and what their time is spent on:
//
//   - A struct both ways: four conversions from and to JSON are 43 % of it, of which
//     decoding is the larger part by now; the peer's are protobuf.
//   - One in flight: 31 % is the kernel's reading and writing of the socket, 20 %
//     gRPC and HTTP/2, 14 % epoll, 14 % waking threads and switching to them, 9 %
//     Go's scheduler, and 9 % is ours (perf, both processes).
//   - Tasks of 1 ms of CPU: of both processors' time, 2 % is the host's, for which
//     each frame of four results is a dozen switches of threads, 1 % the workers'
//     beside the code, and 1 % nobody's.
//   - Uneven: the same 4 % of both processors as tasks of 1 ms.
//   - Emit: an emission looks whether its emitter is a scheduler's, which the
//     minimal emitter's does not; for each handler, whether it has options and
//     whether it was removed. With several that is paid for by a list that holds
//     the handlers' functions themselves.
//   - Emit with options: every is a count that is compared, when the call of a
//     function, limit an atomic claim, and repeat a loop: 4 ns, beside the 4 of a
//     handler without.
//   - Tasks in this process: ants calls a function, and has no futures, order or
//     events. Submitting takes 26 % of the time, telling the events of each, to
//     which nobody has subscribed, 21 %, its end 13 %, memory 10 % and the collector
//     9 %.
//   - host run: of 17 ms, 6 are the start of a program of 40 MB, of which 3.7
//     initialise its packages (GODEBUG=inittrace=1): Prometheus, protobuf, gRPC and
//     what they need; 9 are two starts of the plugin, which have one processor each.
package main
