package scheduler

import (
	"cmp"
	"slices"
)

// Backlog holds the calls that wait in an executor: those of a higher priority
// before others, and in order within one. It is for those who write executors
// and needs a lock held around it. The zero value is empty. It uses
// [Call.Private] of the calls that it holds.
type Backlog struct {
	levels []*level // by falling priority, none but the first empty for long
	len    int      // without calls that were dropped
}

// level holds the calls of one priority. A call that is dropped leaves a gap
// that is passed over later.
type level struct {
	priority int
	calls    []*Call
	head     int
}

// place is what Call.Private.Owner is while a call waits in a backlog, and after
// it was dropped.
type place int

const (
	inBacklog place = iota
	outOfBacklog
)

// Len returns how many calls wait.
func (b *Backlog) Len() int { return b.len }

// Push adds a call behind those of its priority.
func (b *Backlog) Push(c *Call) {
	c.Private.Owner = inBacklog
	l := b.level(c.priority())
	if l.head > 1024 && l.head > len(l.calls)/2 {
		n := copy(l.calls, l.calls[l.head:])
		clear(l.calls[n:])
		l.calls, l.head = l.calls[:n], 0
	}
	l.calls = append(l.calls, c)
	b.len++
}

// PushFront puts calls that were taken before in front of those of their
// priority, keeping their order.
func (b *Backlog) PushFront(calls []*Call) {
	for len(calls) > 0 {
		p := calls[len(calls)-1].priority()
		from := len(calls) - 1
		for from > 0 && calls[from-1].priority() == p {
			from--
		}
		b.level(p).pushFront(calls[from:])
		b.len += len(calls) - from
		calls = calls[:from]
	}
}

func (l *level) pushFront(calls []*Call) {
	for _, c := range calls {
		c.Private.Owner = inBacklog
	}
	if l.head >= len(calls) {
		l.head -= len(calls)
		copy(l.calls[l.head:], calls)
		return
	}
	l.calls = append(append(make([]*Call, 0, len(calls)+len(l.calls)-l.head), calls...), l.calls[l.head:]...)
	l.head = 0
}

// Pop takes the first call, nil if none waits.
func (b *Backlog) Pop() *Call {
	for len(b.levels) > 0 {
		l := b.levels[0]
		for l.head < len(l.calls) {
			c := l.calls[l.head]
			l.calls[l.head] = nil
			l.head++
			if c.Private.Owner == inBacklog {
				c.Private.Owner = nil
				b.len--
				return c
			}
		}
		l.calls, l.head = l.calls[:0], 0
		if len(b.levels) == 1 {
			return nil // it is kept, with its memory
		}
		b.levels = b.levels[1:]
	}
	return nil
}

// Drop takes a waiting call out. It reports false if the call does not wait.
func (b *Backlog) Drop(c *Call) bool {
	if c.Private.Owner != inBacklog {
		return false
	}
	c.Private.Owner = outOfBacklog
	b.len--
	return true
}

// Clear takes all calls out, in order.
func (b *Backlog) Clear() []*Call {
	var out []*Call
	for c := b.Pop(); c != nil; c = b.Pop() {
		out = append(out, c)
	}
	return out
}

// level returns the level of a priority.
func (b *Backlog) level(priority int) *level {
	if len(b.levels) > 0 && b.levels[0].priority == priority {
		return b.levels[0]
	}
	i, found := slices.BinarySearchFunc(b.levels, priority, func(l *level, p int) int { return cmp.Compare(p, l.priority) })
	if !found {
		b.levels = slices.Insert(b.levels, i, &level{priority: priority})
	}
	return b.levels[i]
}
