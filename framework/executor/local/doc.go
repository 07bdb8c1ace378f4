// Package local runs tasks in this process: [Sequential] one at a time, for
// debugging, and [Pool] on goroutines.
//
// Tasks must be linked into the program. Inputs and results are handed over as
// they are, without encoding; whoever submits must not change them later. A
// panic of a task is its error, but code that kills the process kills the host:
// package process isolates.
//
// Go code cannot be killed from outside. Cancelling a call that runs cancels
// its context, and the call ends when the code returns: as cancelled if it
// returns an error because of that, and otherwise as what it came to, which is
// a result, a panic, or an error of a kind of its own. So does ending a run
// without waiting, and so does a limit of wall time, by which the call fails
// whatever its code comes to in the end. Code that has not returned 5 s later is
// named in the log. Processor time and memory cannot be limited here.
package local
