// Package comm is an extension by which the host hears what running code of a
// task says, and answers.
//
//	talk := comm.New[Epoch, Verdict]()
//	fit := scheduler.NewTask(s, fitDef, talk)
//	event.On(fit, talk.Message, func(m comm.Message[Epoch]) { log.Print(m.Future.ID(), m.Data.Loss) })
//	event.On(fit, talk.Request, func(r comm.Request[Epoch, Verdict]) {
//		r.Respond(Verdict{Stop: r.Data.Loss > worst})
//	})
//
// The code says it by its context, in a worker process as in this one:
//
//	sdk.Send(ctx, Epoch{n, loss})
//	verdict, err := sdk.Request[Verdict](ctx, Epoch{n, loss}, time.Second)
//
// # Events
//
// What a call says is told on its task as comm-open, comm-message, comm-request
// and comm-close, in the order in which it was said and before the call's end:
// before on_done, or on_cancelled. comm-open is told only if the code opens.
// comm-close is told once for each attempt that has said something: when the code
// closes, or when the attempt has ended without that, by a result or an error, by
// cancellation or the death of its worker. Code that has said nothing tells
// nothing. Attempts of a call that is tried again have conversations of their
// own, told apart by Attempt.
//
// Any number of tasks may share one Comm, and any number of their calls talk at
// once. A task has one Comm at most. Calls that were handed to a worker before it
// was attached are not heard. To event plugins these are events emitted on the
// task, with a value as JSON: future, attempt, and data.
//
// # Outcomes
//
// Code without a Comm on its task gets sdk.ErrNotHeard at once.
//
// A host that is slower than the code has it wait: what was said and not told yet
// takes up 256 KiB for each call, and one message more. Nothing is dropped. A
// callback that waits for the future of code that talks waits for what that code
// has to say as well, which comes when the callback has returned: bound it.
//
// A request may be answered in its callback or later, from any goroutine, once:
// see [Request.Respond] for what becomes of an answer that comes twice, too late,
// or after the code has ended. The code is told to close, by
// sdk.ErrCloseRequested, if the request can have no answer any more: nobody is
// subscribed to comm-request, a callback of it failed before it was answered, or
// the run is about to end. In a run that has told on_finishing, what callbacks
// have not answered when they return is not answered any more. What no callback
// cares to answer ends by the timeout of the code.
//
// Data that does not decode as Said is an error under the run's exception policy,
// and the code that asked for an answer gets it too.
package comm
