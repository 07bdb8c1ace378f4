package scheduler

import "slices"

// item is something that has happened and is to be told, in order.
type item struct {
	kind itemKind
	call *Call
	do   func()

	worker *WorkerEvent
}

type itemKind uint8

const (
	itemDo        itemKind = iota // call a function of this package's
	itemEmission                  // deliver what was emitted by hand
	itemFunc                      // call a function of the user's, which may fail
	itemSubmitted                 // a call was accepted
	itemEnded                     // a call has ended
	itemStop                      // the run was stopped
	itemTimeout                   // the run's time is over
	itemWorker                    // a worker's state has changed, and there are observers
	itemWake                      // nothing but a reason to look at the run's state
)

// inbox holds what has happened and has not been told. It is guarded by
// Scheduler.mu.
type inbox struct {
	items []item
	spare []item
	wake  chan struct{} // one token when items came while the loop slept
	// driven says that somebody tells items: the loop of a run or, outside
	// runs, a goroutine that drain began.
	driven   bool
	drain    func([]item) // tells items outside a run, those given first
	sleeping bool
	handover chan struct{} // closed by drain when a run wants to take over
	before   []item        // what drain has to tell first
}

// put adds an item. Outside a run a goroutine of its own tells it, so that
// nobody who puts something in ever waits for a callback. Scheduler.mu is held.
func (in *inbox) put(it item) {
	if !in.driven && it.kind == itemWake {
		return // nobody sleeps
	}
	in.items = append(in.items, it)
	if in.sleeping {
		in.sleeping = false
		in.wake <- struct{}{} // has room: there was no token while the loop slept
	}
	if !in.driven {
		in.driven = true
		go in.drain(nil)
	}
}

// leave hands the inbox over to nobody or, if there is more to tell, to drain,
// which begins with rest. Scheduler.mu is held.
func (in *inbox) leave(rest []item) {
	in.driven = len(rest)+len(in.items) > 0
	if in.driven {
		go in.drain(rest)
	}
}

// drop removes what was emitted by hand and returns its number.
func drop(items []item) (kept []item, dropped uint64) {
	kept = slices.DeleteFunc(items, func(it item) bool { return it.kind == itemEmission })
	return kept, uint64(len(items) - len(kept))
}

// claim makes the caller the one who tells items as soon as the channel that it
// returns is closed. Scheduler.mu is held.
func (in *inbox) claim() <-chan struct{} {
	handover := make(chan struct{})
	if in.driven {
		in.handover = handover
		in.before, in.items = in.items, nil
	} else {
		in.driven = true
		close(handover)
	}
	return handover
}

// takeOutside is take for who tells items outside a run: nothing once a run
// has claimed the inbox and what had happened before it was told.
func (in *inbox) takeOutside() []item {
	if in.handover == nil {
		return in.take()
	}
	batch := in.before
	in.before = nil
	return batch
}

// take returns everything that is in the inbox, and nil for nothing. The
// caller hands the slice back with recycle. Scheduler.mu is held.
func (in *inbox) take() []item {
	if len(in.items) == 0 {
		return nil
	}
	batch := in.items
	in.items, in.spare = in.spare, nil
	return batch
}

// maxSpare bounds the memory kept between batches.
const maxSpare = 1 << 16

func (in *inbox) recycle(batch []item) {
	clear(batch)
	if cap(batch) <= maxSpare && in.spare == nil {
		in.spare = batch[:0]
	}
}
