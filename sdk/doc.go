// Package sdk is what authors of plugins import. A plugin that implements
// tasks is
//
//	func main() {
//		sdk.Serve(sdk.TaskFunc("resize", resize), sdk.TaskFunc("crop", crop))
//	}
//
// and a program that is its own worker calls [ServeIfPlugin] first thing in
// main. [EventPlugin] makes a plugin that reacts to what happens; one executable
// may be both.
//
// # What code in a plugin can rely on
//
// A worker process runs one task at a time, so that code for a worker need not
// be safe for concurrent use; it may start goroutines of its own. The context
// ends when the task is cancelled, its deadline passes or the host is gone.
// Code that does not heed it is killed with its process.
//
// Workers share nothing with the host or with each other but what they are
// sent: not flags, globals, open files, or the working directory's changes.
// They get the arguments, folder, configuration and environment that the host
// gives them; of the host's own environment only what any program needs.
//
// Errors keep their text, kind ([WithKind]) and the mark of [NotRetryable]; a
// panic comes back as an error with its stack, and the process lives on. A
// panic in a goroutine that the task started, like os.Exit, ends the process:
// the task's error is then "worker lost".
//
// # Talking to the host
//
// Given the task's context, [Progress] tells how far it is, [Send] tells the host
// something, and [Request] asks it. The host hears messages where the extension
// comm is attached to the task, and progress always. What a task says arrives in
// order and before its result; it waits when the host is far behind. When the
// task's function has returned, goroutines that it has left say nothing any more.
//
// # Logging and printing
//
// log/slog and log lead to the host's log, with level, plugin, and, given the
// task's context, task and future. What is printed to stdout or stderr by any
// means arrives there as well, line by line.
//
// # Testing
//
// Package sdktest runs a plugin inside go test, over real gRPC and without a
// process of its own: its tasks are called, its event plugins are told what
// happens.
package sdk
