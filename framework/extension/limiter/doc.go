// Package limiter bounds how often, how many at a time and beside what else a
// task is run.
//
//	resize := scheduler.NewTask(s, resizeDef, limiter.New(limiter.MaxCalls(100), limiter.MaxConcurrent(2)))
//	event.On(resize, limiter.ConcurrentLimitReached, func(r limiter.Refused) { … })
//	_, err := resize.Submit(in) // may match limiter.ErrConcurrentLimit
//
// # Refusing and waiting
//
// A call beyond a limit is refused: Submit returns an error that matches
// [ErrLimit] and the one that says which limit, no other event is told, and the
// limit's own event tells what was refused. Limits are looked at in the order
// calls, concurrency, tasks that run, rate; the first that is reached counts.
//
// With [Queue], a call beyond a limit is accepted, told as submitted at once,
// and waits; it can be cancelled meanwhile. Those of a higher priority go first,
// and within one priority those that came first. One whose deadline passes while
// it waits ends by it at that moment. A number of calls leaves nothing to wait
// for, so that [MaxCalls] does not go with Queue.
//
// # What counts
//
// A call counts as soon as it is accepted and until its future has its outcome,
// whether its code runs or waits for a worker, or for another attempt. Room is
// there again at that moment, before any callback is told, so that a callback may
// wait for a future that waits for room. Further attempts of a call are no calls
// of their own: they count neither for MaxCalls nor for [Rate].
//
// A call that waits because of Queue does not run: two tasks that are each not to
// run while the other does take turns.
//
// A limiter is attached to one task, which can have one. Attaching it tells what
// is wrong with its options: [scheduler.AddTask] and Attach return the error,
// and [scheduler.NewTask] panics with it.
package limiter
