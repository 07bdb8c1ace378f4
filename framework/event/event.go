package event

import (
	"fmt"
	"reflect"
)

// Event is something that can happen, told with one value of type T. Several
// values are a struct; for none, see [Signal]. An event is known by its name:
// two values of Event with one name are the same event.
type Event[T any] struct{ name string }

// New returns the event of that name. It panics if the name is empty.
func New[T any](name string) Event[T] {
	mustBeNamed(name)
	return Event[T]{name: name}
}

// Name returns the name under which the event is known everywhere.
func (e Event[T]) Name() string { return e.name }

// String returns the event's name.
func (e Event[T]) String() string { return e.name }

func (e Event[T]) valueType() reflect.Type { return reflect.TypeFor[T]() }

func (e Event[T]) topicOn(em *Emitter) topic { return topicOf[T](em, e.name) }

// Signal is an event that is told without a value.
type Signal struct{ name string }

// NewSignal returns the signal of that name. It panics if the name is empty.
func NewSignal(name string) Signal {
	mustBeNamed(name)
	return Signal{name: name}
}

// Name returns the name under which the signal is known everywhere.
func (s Signal) Name() string { return s.name }

// String returns the signal's name.
func (s Signal) String() string { return s.name }

func (s Signal) valueType() reflect.Type { return reflect.TypeFor[none]() }

func (s Signal) topicOn(em *Emitter) topic { return topicOf[none](em, s.name) }

// none is the value of a signal.
type none struct{}

// Any is an event whatever its type: an [Event] or a [Signal].
type Any interface {
	// Name returns the event's name.
	Name() string

	valueType() reflect.Type
	topicOn(*Emitter) topic
}

func mustBeNamed(name string) {
	if name == "" {
		panic("event: an event needs a name")
	}
}

// typeName returns how a value's type is shown: nothing for a signal.
func typeName(t reflect.Type) string {
	if t == reflect.TypeFor[none]() {
		return ""
	}
	return t.String()
}

func typeClash(em *Emitter, name string, have, want reflect.Type) string {
	show := func(t reflect.Type) string {
		if s := typeName(t); s != "" {
			return "values of type " + s
		}
		return "no value"
	}
	return fmt.Sprintf("event: %q on emitter %s has %s, not %s: give one of the two another name",
		name, em.Name(), show(have), show(want))
}
