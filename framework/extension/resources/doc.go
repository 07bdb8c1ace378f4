// Package resources limits what one call of a task may use: wall time, processor
// time, memory.
//
//	fit := scheduler.NewTask(s, fitDef, resources.New(resources.Wall(time.Minute), resources.Memory(512<<20)))
//	event.On(fit, resources.MemoryLimitReached, func(e resources.Reached) { … })
//
// A call that reaches a limit fails, whatever its code comes to afterwards, with a
// [*scheduler.LimitError] that tells the limit, what is allowed and what was seen
// (memory limit: used 312 MiB of 256 MiB). errors.Is finds [ErrWall], [ErrCPU] and
// [ErrMemory]. The events of this package are told before those of the future's
// end: for either limit of time [TimeLimitReached] and the one that says which.
//
// # In worker processes
//
// Limits are enforced by the host from outside of the code, on the worker that
// runs it: code that spins, in C if it likes, that does not heed its context, that
// allocates as fast as it can or has other programs do so is caught all the same,
// and no other worker notices. What the worker held behind the call runs elsewhere.
//
// For time, the code's context is cancelled; if it has not returned within the
// grace (process.Grace), its worker is killed. Wall time counts from when the code
// begins. Processor time is that of the worker's process and of what the code has
// started; what goroutines of earlier calls use counts too.
//
// For memory the worker is killed at once. What counts is what it holds above
// what it held when the call began: its own memory and that of its descendants,
// resident or swapped out, and memory that they share, once. Files that are mapped
// do not count, for the system can drop them. A worker that holds more than half of
// the limit already, left by earlier calls, is replaced before it is given the
// call, unless it held that from its start.
//
// The host looks at what runs, in the ledger, and at what it uses every 10 ms, or
// every 2 ms when a limit is near; calls that are shorter than that cost nothing.
// Between two looks a call can grow: what it is seen to use when it is caught is
// more than its limit by that much.
//
// Where the host may make control groups (cgroup v2), each worker has one: where
// the group above the host's own hands the memory controller to its children
// (cgroup.subtree_control) and is the host's to write to, as it is for root, and
// for others where it has been delegated, such as by systemd's DelegateSubgroup=.
// What it holds is then read there, whatever became of the programs that the
// code has started, and all are killed by it. A call that is all that its worker
// has to do is bounded by the kernel besides, a little above its limit, so that
// it cannot outrun the host.
//
// Elsewhere what the worker's process group uses is read in /proc. As a backstop
// the system denies a call what is far beyond its limit (RLIMIT_DATA, at twice the
// limit and 256 MiB), which programs that it starts inherit. Out of reach of a
// kill is what has left the worker's process group and lost its parent (daemons).
//
// Which of both it is, and why, is in the log at INFO at the start of a run that has
// a task with a limit of memory. Tasks that are made while it goes on are on
// groups only if there was another.
//
// Processor time and memory can be limited on Linux, wall time everywhere.
//
// # In this process
//
// Local executors know the wall time of a call only. They cancel its context and
// wait for its code, which they cannot kill; the call fails by its limit when the
// code has returned.
//
// A limit that the executor cannot enforce is an error (scheduler.ErrLimits) when
// the task is made or, where the task's executor is known only then, when the run
// starts.
package resources
