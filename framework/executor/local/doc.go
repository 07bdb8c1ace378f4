// Package local runs tasks in this process: [Sequential] one at a time, for
// debugging, and [Pool] on goroutines.
//
// Tasks must be linked into the program. Inputs and results are handed over as
// they are, without encoding; whoever submits must not change them later. A
// panic of a task is its error, but code that kills the process kills the host:
// package process isolates.
//
// Go code cannot be killed from outside. Cancelling a call that runs cancels
// its context, and the call ends when the code returns, whatever it returns.
// Ending a run without waiting waits for code that does not heed its context,
// and says so in the log after [killWarning].
package local
