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
// Events come in the order in which things happened. For one future:
// on_future_submitted, then on_submitted of its task; later on_future_done,
// on_future_result or on_future_exception, and on_done, on_result or
// on_exception of its task, then its own done-callbacks; or, if it was
// cancelled, on_future_cancelled and on_cancelled, and nothing else.
//
// Every future that was accepted ends exactly once, and its final state never
// changes: by a result, an error or cancellation, also if its worker dies or
// the run ends. It ends when its outcome arrives, so that waiting for one
// inside a callback works; its events come when it is their turn.
//
// on_empty comes each time the queue has become empty. A run that somebody
// waits for ends when the queue is still empty after the callbacks of
// on_empty. Timers do not keep a run alive.
//
// A run tells on_start; then on_stop, on_timeout or neither of them; then
// on_finishing, after which work that is pending completes or is killed; and
// on_finished last. When Run returns, no callback runs, and nothing of the
// executors is left.
//
// # Errors
//
// An error of a task, and a panic in a callback, predicate or timer, is told
// first and then falls under the run's [ExceptionPolicy]; a cancelled future
// under its [CancellationPolicy]. Where a run ends by one, the first counts. The
// outcomes of [Task.Call] and [Task.Map] are told too, and do nothing to the
// run: they are returned to whom they concern.
//
// A call that is not accepted returns an error, tells no event, is counted by
// task and reason ([Scheduler.Refusals]), and the first of each reason is
// logged.
//
// A callback that ends its goroutine, as testing.T's FailNow does, has the run
// killed and end with [ErrGoexit].
package scheduler
