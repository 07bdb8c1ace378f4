package limiter

import (
	"container/heap"
	"time"

	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// waiter is an accepted call that waits for room.
type waiter struct {
	id       uint64 // of the future, which tells who came first
	hold     *scheduler.Hold
	priority int
	deadline *time.Timer // nil for none
	index    int         // in the heap
}

// line holds those who wait: a heap, first the one that goes first.
type line struct {
	waiters []*waiter
	byID    map[uint64]*waiter
}

func (q *line) Len() int { return len(q.waiters) }

func (q *line) Less(i, j int) bool {
	a, b := q.waiters[i], q.waiters[j]
	if a.priority != b.priority {
		return a.priority > b.priority
	}
	return a.id < b.id
}

func (q *line) Swap(i, j int) {
	q.waiters[i], q.waiters[j] = q.waiters[j], q.waiters[i]
	q.waiters[i].index, q.waiters[j].index = i, j
}

// Push and Pop are those of package heap.
func (q *line) Push(x any) {
	w := x.(*waiter)
	w.index = len(q.waiters)
	q.waiters = append(q.waiters, w)
}

func (q *line) Pop() any {
	last := len(q.waiters) - 1
	w := q.waiters[last]
	q.waiters[last] = nil
	q.waiters = q.waiters[:last]
	return w
}

func (q *line) add(w *waiter) {
	q.byID[w.id] = w
	heap.Push(q, w)
}

func (q *line) remove(w *waiter) {
	delete(q.byID, w.id)
	heap.Remove(q, w.index)
	if w.deadline != nil {
		w.deadline.Stop()
	}
}

// enqueue has an accepted call wait for its turn, which may be at once.
func (l *Limiter) enqueue(f scheduler.AnyFuture, hold *scheduler.Hold, c scheduler.Constraints) {
	w := &waiter{id: f.ID(), hold: hold, priority: c.Priority}
	l.mu.Lock()
	l.line.add(w)
	if !c.Deadline.IsZero() {
		w.deadline = time.AfterFunc(time.Until(c.Deadline), func() { l.expire(w) })
	}
	l.mu.Unlock()
	l.stir()
}

// expire lets a call go whose deadline has passed: its executor ends it without
// running it, so that it needs no room.
func (l *Limiter) expire(w *waiter) {
	l.mu.Lock()
	waits := l.line.byID[w.id] == w
	if waits {
		l.line.remove(w)
	}
	l.mu.Unlock()
	if waits {
		w.hold.Release()
		l.stir() // it may have been what the timer was set for
	}
}

// stir lets those go for whom there is room. Nobody is let go with a lock held.
func (l *Limiter) stir() {
	if !l.queue {
		return
	}
	l.mu.Lock()
	var free []*scheduler.Hold
	for len(l.line.waiters) > 0 && l.lets() {
		w := l.line.waiters[0]
		l.line.remove(w)
		l.room[w.id] = struct{}{}
		free = append(free, w.hold)
	}
	if len(l.line.waiters) == 0 && l.wake != nil {
		l.wake.Stop()
	}
	l.mu.Unlock()
	for _, h := range free {
		h.Release()
	}
}

// lets reports whether there is room for one more, which it then counts. l.mu is
// held.
func (l *Limiter) lets() bool {
	if l.full() {
		return false
	}
	if len(l.others) > 0 {
		exclusive.Lock()
		defer exclusive.Unlock()
		if l.disabledBy() != nil {
			return false
		}
	}
	if l.rates != nil && !l.inTime() {
		return false
	}
	l.running.Add(1)
	return true
}

// inTime reports whether it is time for one more call, which it then counts.
// Otherwise it has those who wait looked at again when it will be.
func (l *Limiter) inTime() bool {
	now := time.Now()
	if l.rates.AllowN(now, 1) {
		return true
	}
	wait := l.rates.ReserveN(now, 1)
	delay := wait.DelayFrom(now)
	wait.CancelAt(now)
	if l.wake == nil {
		l.wake = time.AfterFunc(delay, l.stir)
	} else {
		l.wake.Reset(delay)
	}
	return false
}
