package comm

import (
	"fmt"
	"sync"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// Names of the events.
const (
	OpenName    = "comm-open"
	MessageName = "comm-message"
	RequestName = "comm-request"
	CloseName   = "comm-close"
)

// Comm is the extension: code says Said, and what it asks for is an Answer. Both
// travel as JSON, raw bytes, protobuf messages or CBOR, as the code has it. Its
// methods may be called from any goroutine.
type Comm[Said, Answer any] struct {
	// Open is told when code says that it is going to talk.
	Open event.Event[Opened]
	// Message is told when code has sent something.
	Message event.Event[Message[Said]]
	// Request is told when code asks for an answer.
	Request event.Event[Request[Said, Answer]]
	// Close is told when code has closed, or has ended without that.
	Close event.Event[Closed]

	mu    sync.Mutex
	talks map[*talk[Said, Answer]]struct{} // that go on
}

// New returns an extension for tasks whose code says Said and asks for an Answer.
// For code that never asks, Answer may be anything, such as struct{}.
func New[Said, Answer any]() *Comm[Said, Answer] {
	return &Comm[Said, Answer]{
		Open:    event.New[Opened](OpenName),
		Message: event.New[Message[Said]](MessageName),
		Request: event.New[Request[Said, Answer]](RequestName),
		Close:   event.New[Closed](CloseName),
		talks:   map[*talk[Said, Answer]]struct{}{},
	}
}

// Name implements [scheduler.Extension].
func (c *Comm[Said, Answer]) Name() string { return "comm" }

// Attach implements [scheduler.Extension].
func (c *Comm[Said, Answer]) Attach(t scheduler.AnyTask) error {
	t.Emitter().Add(c.Open, c.Message, c.Request, c.Close)
	return nil
}

// PreSubmit implements [scheduler.Extension].
func (c *Comm[Said, Answer]) PreSubmit(*scheduler.Submission) error { return nil }

// Lines implements [scheduler.Shown]: how many talk at present, and how many of
// their requests have no answer.
func (c *Comm[Said, Answer]) Lines() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.talks) == 0 {
		return nil
	}
	waiting := 0
	for k := range c.talks {
		k.mu.Lock()
		waiting += len(k.requests)
		k.mu.Unlock()
	}
	return []string{fmt.Sprintf("talking: %d, requests without an answer: %d", len(c.talks), waiting)}
}
