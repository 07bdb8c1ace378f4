// Package retry attempts a task's calls again that have failed.
//
//	fetch := scheduler.NewTask(s, fetchDef, retry.New(retry.Attempts(5), retry.On("timeout", task.KindWorkerLost)))
//	event.On(fetch, retry.RetryScheduled, func(r retry.Scheduled) { … })
//
// # What is attempted again
//
// Unless [On] says otherwise, every error is, but for those that another attempt
// cannot mend: an input, or output, that does not encode or decode, a task that
// is unknown, a deadline of the call that has passed, and a limit of memory, unless
// [MoreMemory] raises it. An error that was marked with [task.NotRetryable] is
// the last in any case, and so is cancellation. Nothing is attempted again that
// could only begin after the call's deadline.
//
// A worker that dies takes down nothing but the call that it ran, but a call
// that kills every worker it is given takes down one after the other. A call for
// which two workers died is not given a third, unless [WorkersLost] allows it.
//
// # Between attempts
//
// The first delay is a second, each further one twice as long, up to a minute,
// and half more or less by chance, so that calls which failed together do not
// come back together; see [Backoff]. Meanwhile the future is pending, takes up no
// worker and can be cancelled; a run waits for it, and one that is killed ends
// it. It keeps the place that a limiter has given it.
//
// # What is told
//
// A future ends once, after its last attempt: events, policies and counts know
// of no other end. Its error, if there was more than one attempt, is an [*Error]
// that lists them all and is otherwise like the last. [RetryScheduled] is told
// for each attempt that failed and was not the last. Running code finds its
// number in task.InfoFrom, everybody else in the future's Attempt.
package retry
