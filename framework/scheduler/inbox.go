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
	items items
	spare [][]item      // chunks to be used again
	wake  chan struct{} // one token when items came while the loop slept
	// driven says that somebody tells items: the loop of a run or, outside
	// runs, a goroutine that drain began.
	driven   bool
	drain    func(items) // tells items outside a run, those given first
	sleeping bool
	handover chan struct{} // closed by drain when a run wants to take over
	before   items         // what drain has to tell first
}

// items are in chunks, so that a million of them are not moved about in memory
// when one more comes. No chunk is empty.
type items struct {
	chunks [][]item
	len    int
}

// chunkItems is how many items are in a chunk at most.
const chunkItems = 512

// takeChunk returns the first chunk, nil for none.
func (i *items) takeChunk() []item {
	if i.len == 0 {
		return nil
	}
	c := i.chunks[0]
	i.chunks[0] = nil
	i.chunks = i.chunks[1:]
	i.len -= len(c)
	return c
}

// behind returns items of which the first are those of chunk.
func (i items) behind(chunk []item) items {
	if len(chunk) == 0 {
		return i
	}
	return items{chunks: append([][]item{chunk}, i.chunks...), len: len(chunk) + i.len}
}

// put adds an item. Outside a run a goroutine of its own tells it, so that
// nobody who puts something in ever waits for a callback. Scheduler.mu is held.
func (in *inbox) put(it item) {
	if !in.driven && it.kind == itemWake {
		return // nobody sleeps
	}
	in.push(it)
	if in.sleeping {
		in.sleeping = false
		in.wake <- struct{}{} // has room: there was no token while the loop slept
	}
	if !in.driven {
		in.driven = true
		go in.drain(items{})
	}
}

func (in *inbox) push(it item) {
	last := len(in.items.chunks) - 1
	if last < 0 || len(in.items.chunks[last]) == cap(in.items.chunks[last]) {
		in.items.chunks = append(in.items.chunks, in.newChunk())
		last++
	}
	in.items.chunks[last] = append(in.items.chunks[last], it)
	in.items.len++
}

func (in *inbox) newChunk() []item {
	n := len(in.spare)
	if n == 0 {
		return make([]item, 0, chunkItems)
	}
	c := in.spare[n-1]
	in.spare[n-1] = nil
	in.spare = in.spare[:n-1]
	return c
}

// leave hands the inbox over to nobody or, if there is more to tell, to drain,
// which begins with rest. Scheduler.mu is held.
func (in *inbox) leave(rest items) {
	in.driven = rest.len+in.items.len > 0
	if in.driven {
		go in.drain(rest)
	}
}

// drop removes what was emitted by hand and returns how much that was.
func (i *items) drop() (dropped uint64) {
	var kept [][]item
	before := i.len
	i.len = 0
	for _, c := range i.chunks {
		c = slices.DeleteFunc(c, func(it item) bool { return it.kind == itemEmission })
		if len(c) > 0 {
			kept = append(kept, c)
			i.len += len(c)
		}
	}
	i.chunks = kept
	return uint64(before - i.len)
}

// claim makes the caller the one who tells items as soon as the channel that it
// returns is closed. Scheduler.mu is held.
func (in *inbox) claim() <-chan struct{} {
	handover := make(chan struct{})
	if in.driven {
		in.handover = handover
		in.before, in.items = in.items, items{}
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
	return in.before.takeChunk()
}

// take returns the first of what is in the inbox, and nil for nothing. The
// caller hands the slice back with recycle. Scheduler.mu is held.
func (in *inbox) take() []item { return in.items.takeChunk() }

// maxSpare bounds the chunks that are kept to be used again.
const maxSpare = 64

func (in *inbox) recycle(chunk []item) {
	if cap(chunk) == chunkItems && len(in.spare) < maxSpare {
		clear(chunk)
		in.spare = append(in.spare, chunk[:0])
	}
}
