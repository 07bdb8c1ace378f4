package event

import "fmt"

// Emission is what was emitted by hand on an owned emitter, for the owner to
// deliver: one event or, by [EmitMany], several together.
type Emission struct {
	// Emitter is where it was emitted.
	Emitter *Emitter
	// Occurrences are the events, in the order in which they were given.
	Occurrences []Occurred
	// Origin is what [Emitter.EmitDecoded] was given, nil otherwise.
	Origin any

	deliver func()
}

// Occurred is one event with its value, whatever its type.
type Occurred struct {
	Name  string
	Value any // nil for a signal
}

// Deliver counts the events and calls their handlers on the calling goroutine.
func (e Emission) Deliver() { e.deliver() }

func occurred[T any](name string, v T) Occurred {
	if _, isSignal := any(v).(none); isSignal {
		return Occurred{Name: name}
	}
	return Occurred{Name: name, Value: v}
}

// EmitDecoded emits the event of that name with a value that decode stores
// through the pointer that it is given; it is not called for a signal. It is
// for callers that know events by name and values by their encoding. origin
// goes to the owner, see [Emission]. The error wraps [ErrUnknownEvent], or is
// decode's; then nothing is emitted.
func (em *Emitter) EmitDecoded(name string, decode func(into any) error, origin any) error {
	t, err := em.find(name)
	if err != nil {
		return err
	}
	return t.emitDecoded(decode, origin)
}

func (t *typed[T]) emitDecoded(decode func(into any) error, origin any) error {
	v, err := t.decoded(decode)
	if err != nil {
		return err
	}
	if t.em.owner == nil {
		t.emit(v)
		return nil
	}
	t.em.owner.Enqueue(Emission{Emitter: t.em, Occurrences: []Occurred{occurred(t.ev, v)}, Origin: origin, deliver: func() { t.deliver(v) }})
	return nil
}

func (t *typed[T]) decoded(decode func(into any) error) (v T, err error) {
	if _, isSignal := any(v).(none); isSignal {
		return v, nil
	}
	if err := decode(&v); err != nil {
		return v, fmt.Errorf("event: value of %q on emitter %s: %w", t.ev, t.em.title, err)
	}
	return v, nil
}
