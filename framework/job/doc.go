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
//	attach "e" { source = "./e", … }        an event plugin
//	on "start" { … }                        what to do when something happens
//	output { path = "…" }                   one JSON line per ended future
//	run { timeout = "10m", … }              the run's name, time and policies
//
// Every argument is an expression. JOBFILE.md, beside this file, is the whole
// reference: all arguments, all functions, what each event tells as "event.…",
// what relative paths begin at, and how a line of the results looks.
//
// # Mistakes
//
// [Load] finds all mistakes it can without running anything, and returns them
// together. The expressions of on blocks are checked with values that are not
// known yet; those of on "start", which nothing precedes, with the real ones.
// [Job.Check] finds more by asking the plugins what they offer; without it, a run
// does. What only shows when an on block is evaluated is a [*BlockError], which
// points at the expression and falls under the run's on_exception policy.
//
// # Concurrency
//
// A Job runs once at a time, as often as wanted. Its methods may be called from
// any goroutine.
package job
