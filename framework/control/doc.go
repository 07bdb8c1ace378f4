// Package control lets a running host be looked at and acted on from outside:
// by other processes of the same user, on the same machine.
//
// A program has its run answer with one call:
//
//	server, err := control.Serve(control.Of(status.New(s)))
//	…
//	defer server.Close()
//
// Whoever asks finds it by its name, by the beginning of its id, or by its
// process:
//
//	run, err := control.Find(ctx, "nightly")
//	…
//	now, err := run.Look(ctx, false) // a [view.Run]
//
// A [Client] is a [Run] as much as the one that is served, and what shows runs,
// such as package live, shows either.
//
// # The socket
//
// A server listens on a Unix socket (mode 0600) in a folder of its own (mode
// 0700) below the user's runtime folder: $XDG_RUNTIME_DIR, or where there is
// none /dev/shm, or the folder for temporary files. The folder is removed when
// the server closes; those of hosts that were killed are removed by whoever
// looks for runs, and by the next host. Nobody but the user, and root, can
// connect; there is no other protection, and none is needed: the user could
// kill the host just as well.
//
// It speaks HTTP with JSON, so that curl can ask too:
//
//	curl --unix-socket $XDG_RUNTIME_DIR/signalbox-*/control http://run/v1/run
//
//	GET  /v1/info                       who answers, an [Info]
//	GET  /v1/run?tree=true              how the run fares, a [view.Run]
//	GET  /v1/futures?state=&task=&limit= a list of [Future]
//	GET  /v1/futures/ID                 what becomes of a future, an [Explanation]
//	GET  /v1/plugins                    the processes of plugins, [Plugins]
//	POST /v1/pause     {"paused": true}
//	POST /v1/cancel    {"task": "resize", "future": 0}
//	POST /v1/stop      {"kill": false}
//
// An answer that is no success is {"error": "…"}.
//
// # What it costs
//
// Nothing, until somebody asks: the server is a goroutine that waits. What is
// told is read off the scheduler then, a few futures at a time. A client that
// asks and does not listen keeps nothing from going on, and is dropped after
// ten seconds.
package control
