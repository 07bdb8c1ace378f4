// Package eventplugin attaches event plugins to a scheduler: executables that
// subscribe to its events with package sdk and run in processes of their own.
//
//	hub := eventplugin.New(eventplugin.Plugin("./alert", eventplugin.Allow(eventplugin.Submit)))
//	s := scheduler.New(process.Self(2), scheduler.Observed(hub))
//
// # The way of an event
//
// The scheduler's loop appends one record of whatever happens to a log in
// memory, and goes on: a plugin that is slow, hung or dead does not slow tasks.
// Every plugin reads the log at its own pace and is sent, in batches, what one
// of its handlers is due for; it acknowledges what its callbacks have dealt
// with. The sdk derives the events of a record in the order of package
// scheduler. Inputs and results are encoded and sent only if somebody asks.
//
// # Delivery
//
// At least once and in order, with sequence number and time. A process that
// dies is replaced, five times a minute at most, and the next one goes on behind
// the last record that was acknowledged, with the counters of its handlers and
// the state that came with the acknowledgement. What is gone from the log
// ([LogRecords], [LogBytes]) before a plugin came to read it is counted by event
// and told to it as a gap; for a plugin that is [Lossless], or asks to be, the log
// keeps it and dispatch is paused meanwhile. [Hub.Reports] accounts for every
// record.
//
// A plugin that is allowed nothing but to listen is made to cost little: what
// happens within 100 ms of what it was told last is told together, and on Linux it
// gives way to tasks where the CPU is scarce, at a nice level 10 above the host's.
//
// # What is seen of plugins
//
// A scheduler's tree and snapshots tell how every plugin fares: what it is
// doing, its process, how many records it has yet to deal with and has missed,
// and how often its process was replaced. Its subscriptions are hidden unless it
// is [Shown].
//
// # The end
//
// At the end of a run every plugin gets what remains, flushes and ends before
// Run returns, within [FlushWithin]; what it did not get by then is reported.
// A plugin that may submit keeps a run with an empty queue until it has
// acknowledged everything.
//
// # Acting back
//
// A plugin may be granted to submit, cancel, stop and emit ([Allow]). Calls and
// their answers do not wait behind events, so that they work in callbacks.
// What plugins emit because of each other ends after 16 emissions, with an
// error.
package eventplugin
