package comm

import (
	"encoding/json"

	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// Opened is the value of comm-open.
type Opened struct {
	Future  scheduler.AnyFuture
	Attempt int // from 1
}

// Message is the value of comm-message.
type Message[Said any] struct {
	Future  scheduler.AnyFuture
	Attempt int
	Data    Said
}

// Closed is the value of comm-close.
type Closed struct {
	Future  scheduler.AnyFuture
	Attempt int
	// Awaited tells that the code has closed and waits until this event has been
	// told.
	Awaited bool
	// Ended tells that the attempt has ended without that its code has closed, and
	// Err the error that it ended with, nil for a result.
	Ended bool
	Err   error
}

// seen is a value as event plugins see it.
type seen struct {
	Future  uint64 `json:"future"`
	Attempt int    `json:"attempt"`
	ID      uint64 `json:"id,omitempty"`
	Data    any    `json:"data,omitempty"`
}

// MarshalJSON encodes the value as event plugins see it.
func (o Opened) MarshalJSON() ([]byte, error) {
	return json.Marshal(seen{Future: o.Future.ID(), Attempt: o.Attempt})
}

// MarshalJSON encodes the value as event plugins see it.
func (m Message[Said]) MarshalJSON() ([]byte, error) {
	return json.Marshal(seen{Future: m.Future.ID(), Attempt: m.Attempt, Data: m.Data})
}

// MarshalJSON encodes the value as event plugins see it, with the number that
// the request has within its attempt.
func (r Request[Said, Answer]) MarshalJSON() ([]byte, error) {
	return json.Marshal(seen{Future: r.Future.ID(), Attempt: r.Attempt, ID: r.of.id, Data: r.Data})
}

// MarshalJSON encodes the value as event plugins see it.
func (c Closed) MarshalJSON() ([]byte, error) {
	v := struct {
		seen
		Ended bool   `json:"ended"`
		Error string `json:"error,omitempty"`
	}{seen: seen{Future: c.Future.ID(), Attempt: c.Attempt}, Ended: c.Ended}
	if c.Err != nil {
		v.Error = c.Err.Error()
	}
	return json.Marshal(v)
}
