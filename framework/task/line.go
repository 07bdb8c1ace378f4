package task

import (
	"context"
	"errors"
	"sync"
)

// Errors of code that talks with its host. They match across process
// boundaries.
var (
	// ErrNotHeard is returned where nobody hears what code says: its task has no
	// extension that does, such as comm.
	ErrNotHeard = errors.New("nobody hears what this task says: attach the extension comm to it in the host")
	// ErrClosed is returned for what code says after it has closed, or when it has
	// returned.
	ErrClosed = errors.New("closed: nothing can be said any more")
	// ErrNoAnswer is returned by a request whose time is over.
	ErrNoAnswer = errors.New("no answer in time")
	// ErrCloseRequested matches the error of a request that the host cannot answer
	// any more. The code should come to an end.
	ErrCloseRequested error = Kind(KindCloseRequested)
	// ErrNoCall is returned where the context belongs to no call.
	ErrNoCall = errors.New("the context belongs to no call of a task: pass on the one that the task's function was given")
)

// Poster carries what code says to its host. It must not block. It may call
// [Deliver] for the same call, but must not say anything as the call's code.
type Poster interface {
	// Post takes a message of a call, whose number is the Poster's own. An error
	// is that of who says it.
	Post(call uint64, m Message) error
}

// way is how code reaches its host.
type way struct {
	to     Poster
	call   uint64
	heard  bool
	format string // content type of messages, empty for JSON
}

// Connect lets the code of a context that [Context] made talk with its host:
// what it says goes to to, as from that call. heard tells whether anybody hears
// it; progress is always heard. Executors call it before the code begins.
func Connect(ctx context.Context, heard bool, to Poster, call uint64) {
	callOf(ctx).way = way{to: to, call: call, heard: heard}
}

// Disconnect ends that: the code has returned. The latest progress is posted, if
// it was kept back, and nothing will be after it.
func Disconnect(ctx context.Context) {
	c := callOf(ctx)
	c.mu.Lock()
	c.over = true
	l := c.line
	c.mu.Unlock()
	if l != nil {
		l.end()
	}
}

// Deliver hands a message of the host's to the code of a context that [Context]
// made. It does not block.
func Deliver(ctx context.Context, m Message) {
	c := callOf(ctx)
	c.mu.Lock()
	l := c.line
	c.mu.Unlock()
	if l != nil { // otherwise it has asked for nothing
		l.deliver(m)
	}
}

// line is what code that talks has of its host.
type line struct {
	way

	posting sync.Mutex // held while a message is posted, so that they keep their order

	mu       sync.Mutex
	ended    bool // the code has returned
	opened   bool
	closed   bool
	said     uint64                  // by cost
	dealt    uint64                  // of it
	room     chan struct{}           // closed when there is more room; nil if nobody waits
	lastID   uint64                  // of requests
	waiting  map[uint64]chan Message // requests without an answer
	progress progressGate
}

// lineOf returns the line of the call that ctx belongs to, nil where there is
// none.
func lineOf(ctx context.Context) *line {
	c := callOf(ctx)
	if c == nil || c.way.to == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.line == nil {
		c.line = &line{way: c.way, ended: c.over}
	}
	return c.line
}

func (l *line) end() {
	l.posting.Lock()
	defer l.posting.Unlock()
	l.mu.Lock()
	l.ended = true
	last, pending := l.progress.take()
	room := l.room
	l.room = nil
	l.mu.Unlock()
	if room != nil {
		close(room)
	}
	if pending {
		_ = l.to.Post(l.call, Message{Kind: MessageProgress, Progress: last}) // it is of use to nobody but the host
	}
}

func (l *line) deliver(m Message) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch m.Kind {
	case MessageAnswer:
		if answer, ok := l.waiting[m.ID]; ok {
			delete(l.waiting, m.ID)
			answer <- m // has room for the one that there is
		}
	case MessageGrant:
		if m.ID > l.dealt && m.ID <= l.said {
			l.dealt = m.ID
			if l.room != nil {
				close(l.room)
				l.room = nil
			}
		}
	}
}

// say posts a message when there is room for it. With answered, the answer to it
// comes over the channel that is returned; id is its number.
func (l *line) say(ctx context.Context, m Message, answered bool) (answer chan Message, id uint64, err error) {
	for {
		l.posting.Lock()
		l.mu.Lock()
		var full chan struct{}
		switch {
		case !l.heard:
			err = ErrNotHeard
		case l.ended || l.closed:
			err = ErrClosed
		case m.Kind == MessageOpen && l.opened:
			l.mu.Unlock()
			l.posting.Unlock()
			return nil, 0, nil
		case l.said-l.dealt >= MessageWindow:
			if l.room == nil {
				l.room = make(chan struct{})
			}
			full = l.room
		}
		if err == nil && full == nil {
			answer, id, err = l.post(m, answered)
			return answer, id, err
		}
		l.mu.Unlock()
		l.posting.Unlock()
		if err != nil {
			return nil, 0, err
		}
		select {
		case <-full:
		case <-ctx.Done():
			return nil, 0, context.Cause(ctx)
		}
	}
}

// post posts a message that may be said. Both locks are held, and released.
func (l *line) post(m Message, answered bool) (answer chan Message, id uint64, err error) {
	defer l.posting.Unlock()
	if answered {
		l.lastID++
		m.ID = l.lastID
		answer = make(chan Message, 1)
		if l.waiting == nil {
			l.waiting = map[uint64]chan Message{}
		}
		l.waiting[m.ID] = answer
	}
	l.said += m.Cost()
	l.opened = l.opened || m.Kind == MessageOpen
	l.closed = m.Kind == MessageClose
	l.mu.Unlock()
	if err := l.to.Post(l.call, m); err != nil {
		l.mu.Lock()
		l.said -= m.Cost()
		delete(l.waiting, m.ID)
		l.mu.Unlock()
		return nil, 0, err
	}
	return answer, m.ID, nil
}

// withdraw gives up a request. It reports false if the answer has come.
func (l *line) withdraw(id uint64) bool {
	l.posting.Lock()
	defer l.posting.Unlock()
	l.mu.Lock()
	_, waits := l.waiting[id]
	delete(l.waiting, id)
	gone := l.ended || l.closed
	l.mu.Unlock()
	if waits && !gone {
		_ = l.to.Post(l.call, Message{Kind: MessageWithdraw, ID: id}) // without payload it is never too large
	}
	return waits
}

// await waits for the answer to a request.
func (l *line) await(ctx context.Context, answer chan Message, id uint64) (Message, error) {
	select {
	case m := <-answer:
		return told(m)
	case <-ctx.Done():
	}
	if l.withdraw(id) {
		return Message{}, context.Cause(ctx)
	}
	return told(<-answer) // it came at the same time
}

func told(m Message) (Message, error) {
	if m.Err != nil {
		return m, m.Err
	}
	return m, nil
}
