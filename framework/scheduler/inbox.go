package scheduler

// item is something that has happened and is to be told, in order.
type item struct {
	kind itemKind
	call *Call
	do   func()

	worker *WorkerEvent
}

type itemKind uint8

const (
	itemDo        itemKind = iota // deliver what was emitted
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
	// driven says that somebody tells items: the loop of a run or, between
	// runs, whoever put an item in while nobody did.
	driven   bool
	sleeping bool
	handover chan struct{} // closed by drain when a run wants to take over
	before   []item        // what drain has to tell first
}

// put adds an item and reports whether the caller has to drain the inbox.
// Scheduler.mu is held.
func (in *inbox) put(it item) (drain bool) {
	in.items = append(in.items, it)
	if in.sleeping {
		in.sleeping = false
		in.wake <- struct{}{} // has room: there was no token while the loop slept
	}
	if !in.driven {
		in.driven = true
		return true
	}
	return false
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

// put adds an item to the scheduler's inbox, and outside a run tells it.
func (s *Scheduler) put(it item) {
	s.mu.Lock()
	drain := s.inbox.put(it)
	s.mu.Unlock()
	if drain {
		s.drain()
	}
}

// drain tells what is in the inbox outside a run, on the goroutine of whoever
// put it there first. Callbacks never overlap: others only add to the inbox
// meanwhile.
func (s *Scheduler) drain() { s.drainFrom(nil) }

// drainFrom is drain that has taken batch already. If a callback ends the
// goroutine, another one goes on.
func (s *Scheduler) drainFrom(batch []item) {
	next, returned := 0, false
	defer func() {
		if !returned {
			s.stray = append(s.stray, ErrGoexit)
			s.reportStray()
			go s.drainFrom(batch[next:])
		}
	}()
	for {
		for next < len(batch) {
			next++
			s.tell(&batch[next-1])
			s.reportStray()
		}
		s.mu.Lock()
		if batch != nil {
			s.inbox.recycle(batch)
		}
		batch, next = s.inbox.takeOutside(), 0
		if len(batch) == 0 {
			s.inbox.driven = s.inbox.handover != nil
			if s.inbox.driven {
				close(s.inbox.handover)
				s.inbox.handover = nil
			}
			s.mu.Unlock()
			returned = true
			return
		}
		s.mu.Unlock()
	}
}
