package scheduler

// links place a call in a queue.
type links struct{ prev, next *Call }

// queue is a list of calls in order, from which any can be taken at once. It
// needs a lock held around it.
type queue struct {
	first, last *Call
	len         int
	at          func(*Call) (links *links, in *bool)
}

func (q *queue) push(c *Call) {
	l, in := q.at(c)
	if *in {
		return
	}
	*in, l.prev = true, q.last
	if q.last != nil {
		q.links(q.last).next = c
	} else {
		q.first = c
	}
	q.last = c
	q.len++
}

func (q *queue) remove(c *Call) {
	l, in := q.at(c)
	if !*in {
		return
	}
	if l.prev != nil {
		q.links(l.prev).next = l.next
	} else {
		q.first = l.next
	}
	if l.next != nil {
		q.links(l.next).prev = l.prev
	} else {
		q.last = l.prev
	}
	*l, *in = links{}, false
	q.len--
}

func (q *queue) links(c *Call) *links {
	l, _ := q.at(c)
	return l
}

// calls returns at most limit calls from the front, all for a limit below 0.
func (q *queue) calls(limit int) []*Call {
	if limit < 0 || limit > q.len {
		limit = q.len
	}
	out := make([]*Call, 0, limit)
	for c := q.first; c != nil && len(out) < limit; c = q.links(c).next {
		out = append(out, c)
	}
	return out
}

// tail returns at most limit calls from the back, in order.
func (q *queue) tail(limit int) []*Call {
	limit = min(limit, q.len)
	out := make([]*Call, limit)
	c := q.last
	for i := limit - 1; i >= 0; i-- {
		out[i] = c
		c = q.links(c).prev
	}
	return out
}
