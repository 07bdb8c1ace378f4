package event

import (
	"fmt"
	"runtime/debug"
)

// PanicError is a panic in a callback or predicate of an owned emitter, or in
// another function that the emitter's owner calls for the user.
type PanicError struct {
	Event   string // name of the event, empty where there was none
	Handler string // name of the callback, empty where there is no event
	What    string // what panicked, such as "callback" or "predicate"
	Value   any    // what panic was called with
	Stack   string // of the goroutine that panicked
}

// Error tells what panicked, and with what.
func (e *PanicError) Error() string {
	if e.Event == "" {
		return fmt.Sprintf("%s panicked: %v", e.What, e.Value)
	}
	return fmt.Sprintf("%s %s on %q panicked: %v", e.What, e.Handler, e.Event, e.Value)
}

// Unwrap returns the value of the panic if it is an error, so that errors.Is
// and errors.As see through a panic(err).
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

func newPanicError(h *Handler, what string, value any) *PanicError {
	return &PanicError{Event: h.Event(), Handler: h.Name(), What: what, Value: value, Stack: string(debug.Stack())}
}
