package process

import "github.com/signalbox-go/signalbox/framework/scheduler"

// window holds the calls that a worker was sent and has not answered, by
// sequence number. Numbers grow, and most calls are answered in order, so a
// slice with a moving start does.
type window struct {
	calls []*scheduler.Call // nil where answered
	head  int
	base  uint64 // sequence number of calls[head]
	len   int
}

// next returns the sequence number that the next call will have.
func (w *window) next() uint64 { return w.base + uint64(len(w.calls)-w.head) }

func (w *window) push(c *scheduler.Call) uint64 {
	if w.head > 0 && w.head == len(w.calls) {
		w.calls, w.head = w.calls[:0], 0
	}
	if w.head > 1024 && w.head > len(w.calls)/2 {
		n := copy(w.calls, w.calls[w.head:])
		clear(w.calls[n:])
		w.calls, w.head = w.calls[:n], 0
	}
	seq := w.next()
	w.calls = append(w.calls, c)
	w.len++
	return seq
}

// at returns the call with that number, nil if there is none.
func (w *window) at(seq uint64) *scheduler.Call {
	if seq < w.base || seq >= w.next() {
		return nil
	}
	return w.calls[w.head+int(seq-w.base)]
}

// take removes and returns the call with that number, nil if there is none.
func (w *window) take(seq uint64) *scheduler.Call {
	c := w.at(seq)
	if c == nil {
		return nil
	}
	w.calls[w.head+int(seq-w.base)] = nil
	w.len--
	for w.head < len(w.calls) && w.calls[w.head] == nil {
		w.head++
		w.base++
	}
	return c
}

// beyond reports whether there is a call with a greater number.
func (w *window) beyond(seq uint64) bool {
	for n := w.next() - 1; n > seq && n >= w.base; n-- {
		if w.at(n) != nil {
			return true
		}
	}
	return false
}

// each calls fn with every call in order of its number.
func (w *window) each(fn func(seq uint64, c *scheduler.Call)) {
	for i := w.head; i < len(w.calls); i++ {
		if c := w.calls[i]; c != nil {
			fn(w.base+uint64(i-w.head), c)
		}
	}
}
