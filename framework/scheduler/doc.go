// Package scheduler hands calls of tasks to executors and tells what becomes
// of them.
//
//	s := scheduler.New(process.Self(2))
//	double := scheduler.NewTask(s, doubleDef)
//	s.OnStart.Do(func() { double.Submit(1) }, event.Repeat(2))
//	exit, err := s.Run(ctx)
//
// # Contracts
//
// Callbacks of one scheduler, its tasks and extensions never overlap; they
// need no locks among each other. Submit, Stop, Cancel, CallLater and Emit may
// be called from any goroutine, callbacks included, and never wait for a
// callback. What is emitted by hand takes its place behind what has already
// happened.
//
// Outside a run, too, what is emitted, and callbacks of futures that have ended,
// are told one at a time, soon, on a goroutine that ends when nothing is left. A
// run begins when that has been told; whoever wants to know without a run emits
// something of its own last, and waits for its callback. Calls are refused
// outside a run, before extensions are asked. Run and Wait inside a callback
// would wait for that callback: they return [ErrInCallback]. Start works.
//
// Events come in the order in which things happened. For one future:
// on_future_submitted, then on_submitted of its task; later on_future_done,
// on_future_result or on_future_exception, and on_done, on_result or
// on_exception of its task, then its own done-callbacks; or, if it was
// cancelled, on_future_cancelled and on_cancelled, and nothing else.
//
// Every future that was accepted ends exactly once, and its final state never
// changes: by a result, an error or cancellation, also if its worker dies or
// the run ends. It ends when its outcome arrives, so that waiting for one
// inside a callback works; its events come when it is their turn. By the time
// that anybody can see that it has ended, those events have their place: what is
// done because of it comes behind them.
//
// What running code says comes in order, and before the events of its call's end;
// see [Listener], package comm, and [OnProgress].
//
// on_empty comes each time the queue has become empty. A run that somebody
// waits for ends when the queue is still empty after the callbacks of
// on_empty. Timers do not keep a run alive.
//
// A run tells on_start; then on_stop, on_timeout or neither of them; then
// on_finishing, after which work that is pending completes or is killed; and
// on_finished last. When Run returns, no callback of that run runs, and nothing
// of the executors is left. What callbacks emit at the very end is told before
// Run returns, unless that goes on without end: then the rest is told as what is
// emitted outside a run. A run that is killed drops what was emitted by hand and
// has not been told, counts it ([Counts]) and logs how much it was.
//
// # Errors
//
// An error of a task, and a panic in a callback, predicate or timer, is told
// first and then falls under the run's [ExceptionPolicy]; a cancelled future
// under its [CancellationPolicy]. Where a run ends by one, the first counts. The
// outcomes of [Task.Call] and [Task.Map] are told too, and do nothing to the
// run: they are returned to whom they concern.
//
// Once a run has ended by Stop, Timeout or an error and only completes what it
// had accepted, errors and cancellations of tasks are told like any other, but
// change nothing in how it ends: look at the events, or at [Scheduler.Counts].
// Errors of callbacks still count, unless an error has ended the run. Outside a
// run they are logged.
//
// A call that is not accepted returns an error, tells no event, is counted by
// task and reason ([Scheduler.Refusals]), and the first of each reason is
// logged.
//
// A callback that ends its goroutine, as testing.T's FailNow does, has the run
// killed and end with [ErrGoexit].
package scheduler
