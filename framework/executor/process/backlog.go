package process

import "github.com/signalbox-go/signalbox/framework/scheduler"

// backlog holds the calls that wait for a worker, in order. A call that is
// cancelled leaves a gap that is passed over later.
type backlog struct {
	calls []*scheduler.Call
	head  int
	len   int // without gaps
}

// inBacklog and outOfBacklog are what Call.Private.Owner is while a call waits
// and after it was cancelled while it waited. A worker is the owner of what it
// was sent.
type place int

const (
	inBacklog place = iota
	outOfBacklog
)

func (b *backlog) push(c *scheduler.Call) {
	c.Private.Owner = inBacklog
	if b.head > 1024 && b.head > len(b.calls)/2 {
		n := copy(b.calls, b.calls[b.head:])
		clear(b.calls[n:])
		b.calls, b.head = b.calls[:n], 0
	}
	b.calls = append(b.calls, c)
	b.len++
}

// pushFront puts calls that were sent before in front, keeping their order.
func (b *backlog) pushFront(calls []*scheduler.Call) {
	if len(calls) == 0 {
		return
	}
	for _, c := range calls {
		c.Private.Owner = inBacklog
	}
	if b.head >= len(calls) {
		b.head -= len(calls)
		copy(b.calls[b.head:], calls)
	} else {
		b.calls = append(append(make([]*scheduler.Call, 0, len(calls)+len(b.calls)-b.head), calls...), b.calls[b.head:]...)
		b.head = 0
	}
	b.len += len(calls)
}

// pop returns the first call, nil for none.
func (b *backlog) pop() *scheduler.Call {
	for b.head < len(b.calls) {
		c := b.calls[b.head]
		b.calls[b.head] = nil
		b.head++
		if c.Private.Owner == outOfBacklog {
			continue
		}
		b.len--
		return c
	}
	b.calls, b.head = b.calls[:0], 0
	return nil
}

// drop takes a waiting call out. It reports false if the call does not wait.
func (b *backlog) drop(c *scheduler.Call) bool {
	if c.Private.Owner != inBacklog {
		return false
	}
	c.Private.Owner = outOfBacklog
	b.len--
	return true
}

// clear takes all calls out.
func (b *backlog) clear() []*scheduler.Call {
	var out []*scheduler.Call
	for c := b.pop(); c != nil; c = b.pop() {
		out = append(out, c)
	}
	return out
}
