// Package event lets anything announce what happens and anybody react to it.
//
// An [Event] is a name with a type: what is handed to those who listen. A
// [Signal] is an event without a value. An [Emitter] belongs to one object and
// knows the events of that object, how often each was emitted, and the
// [Handler] of everyone who subscribed. A [Subscriber] is one event of one
// emitter, made to be a field of that object, so that users write
//
//	gpt.OnAnswer.Do(func(a string) { fmt.Println(a) }, event.Limit(1))
//
// # What a handler does at each emission
//
// It counts the emission. With [Every] set to n, emissions other than the
// n-th, 2n-th, 3n-th… are then skipped. The predicate of [When] is asked, once
// per emission and never per repetition; false skips the emission without
// shifting the phase of Every. The callback is then called [Repeat] times; the
// total number of calls never exceeds [Limit]. A call is counted before it is
// made, so recursion cannot exceed a limit and a call that panics counts. A
// handler that has spent its limit no longer asks its predicate. Counters last
// for the life of the handler.
//
// # Order
//
// Handlers of one event are called in the order in which they subscribed. An
// emission works on the handlers that were subscribed when it began: a handler
// may subscribe others, which hear the next emission. A handler that has been
// unsubscribed is not called again, also within an emission in progress.
// [EmitMany] counts all its events first, then calls the handlers of all of
// them by order of subscription.
//
// # Concurrency
//
// Everything in this package may be called from any goroutine, and from within
// a callback. An emitter made with [NewEmitter] calls handlers on the
// goroutine that emits, nested emissions depth-first; emissions from several
// goroutines may overlap, and so may the calls of one handler, while counters
// and limits stay exact. Its emissions take no lock and allocate nothing;
// [EmitMany], which has to sort, allocates.
//
// An emitter made with [NewOwned] hands emissions to its owner, such as a
// scheduler, which delivers them one at a time: [Subscriber.Emit] calls nobody
// then. It allocates what the owner has to keep, and takes what locks the
// owner's queue takes. What the owner itself delivers ([Deliver]) takes no lock
// and allocates nothing.
//
// # Failure
//
// A panic in a callback or predicate goes to the caller of Emit, and later
// handlers are not called. The owner of an emitter made with NewOwned is told
// instead, as a [*PanicError], and later handlers are called.
//
// Misuse is a mistake of the program and panics at the caller's line, as
// http.HandleFunc does: an option out of range, one name with two types on one
// emitter, a nil callback, option or event.
package event
