// Package job turns a job file, written in HCL, into a scheduler that is ready
// to run.
//
//	j, err := job.Load("job.hcl", job.Options{})
//	if err != nil {
//		return err // a *DiagnosticsError points at every mistake
//	}
//	result, err := j.Run(ctx)
//
// # Blocks
//
//	variable "x" { default = … }            a value that Options.Vars may replace
//	plugin "p" { source = "./p", … }        worker processes of one executable
//	task "t" { plugin = "p", code = "…" }   code of a plugin, with events of its own
//	on "start" { … }                        what to do when something happens
//	output { path = "…" }                   one JSON line per ended future
//	run { timeout = "10m", … }              the run's name, time and policies
//
// Every argument is an expression. Variables and functions may be used
// anywhere; "event" in on blocks, "each" in submit blocks with for_each.
//
// Arguments of plugin: source (an executable, or the folder of a Go main
// package, which is built; relative to the job file), workers (0, the default:
// one per CPU), args, dir (relative to the job file), env, config (a block that
// the plugin reads), sha256 (of an executable), start_timeout, grace,
// max_message (bytes, or text such as "64MiB").
//
// Arguments of task: plugin (may be left out where there is one), code (the
// task's own name by default).
//
// Arguments of on: when, every, repeat, limit, name, hidden; see package event
// for their rule. Actions: log with level ("debug", "info", "warn", "error"),
// submit blocks with input and for_each (a list, set or map; each.key and
// each.value), and stop, a text or a block with message and error. They are
// taken in the order log, submit, stop. The label is the name of a scheduler's
// event, or a task's name, a dot and the name of its event; "on_" may be left
// out.
//
// Arguments of output: path (relative to the working directory), tasks (names;
// all by default).
//
// Arguments of run: name, timeout, on_exception and on_cancelled ("continue",
// the default, "end" or "raise"), wait (true by default: what was accepted is
// completed at the end of the run, also after a timeout), end_on_empty (true
// by default).
//
// # Mistakes
//
// [Load] finds all mistakes it can without running anything, and returns them
// together. The expressions of on blocks are checked with values that are not
// known yet; those of on "start", which nothing precedes, with the real ones.
// What only shows when an on block is evaluated is a [*BlockError], which
// points at the expression and falls under the run's on_exception policy.
//
// # Concurrency
//
// A Job runs once at a time. Its methods may be called from any goroutine.
package job
