// Package view says what a scheduler looks like, and how its run fares: as data,
// and as a tree of text.
//
// [Scheduler] is a snapshot: plain structs that share nothing with the
// scheduler that they were taken from, so that terminals, pages and files can
// show them at leisure. As JSON its names are those of the tags, and lists are
// never null.
//
// [Run] is how a run fares at one moment, in figures: counts and rates, what the
// workers do, the latest failures. Package status takes it from a scheduler, and
// package live shows it on a terminal.
//
// [Render] draws a snapshot with box-drawing characters: a panel with the
// executors and the queue, the events with how often each was emitted and
// below them their handlers, then a panel for each task, and one for the event
// plugins.
//
//	╭─ Scheduler ──────────────────────────────────────────────────────────────────╮
//	│  Executor         Queue: (0)                                                 │
//	│  ╭─ process ───╮                                                             │
//	│  │ 2 workers   │                                                             │
//	│  ╰─────────────╯                                                             │
//	╰──────────────────────────────────────────────────────────────────────────────╯
//	┣━━ @on_start 1
//	┃   └── main.go:19() (2)
//
// The queue's lines are its last futures, and before them those that run and
// tell how far they are: running #1 fit(0.5)  3/10 epoch 3. Counts of emissions
// and calls are shown from 1. What is too long for its
// place ends in an ellipsis. Names come from users, and inputs from anywhere:
// control characters, invisible ones and invalid UTF-8 are escaped as in Go,
// so that nothing drawn here can steer a terminal. Widths are those of
// terminals: an ideograph takes two columns, a combining mark none.
//
// [Value] and [TypeName] are how inputs and types become the short texts of a
// snapshot.
package view
