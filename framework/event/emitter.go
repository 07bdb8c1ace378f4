package event

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"
)

// ErrUnknownEvent is returned where an event is asked for by a name that the
// emitter does not know. The error's text lists those that it does.
var ErrUnknownEvent = errors.New("unknown event")

// Emitter knows the events of one object: how often each was emitted, and who
// listens.
type Emitter struct {
	title string
	ref   string
	owner Owner
	log   *slog.Logger
	// mirror says that emissions happen elsewhere and are repeated here.
	mirror bool

	nextOrder atomic.Uint64

	mu     sync.Mutex // held while topics is replaced
	topics atomic.Pointer[topics]
}

// topics is never changed once it is stored.
type topics struct {
	byName map[string]topic
	order  []topic
}

// Owner is an event loop that an emitter belongs to. Its methods must be safe
// for use from any goroutine.
type Owner interface {
	// Enqueue has e delivered later, behind what already happened and never
	// beside another delivery. It must not block or deliver e itself.
	Enqueue(e Emission)
	// Failed is told that a callback or predicate panicked; err is a *PanicError.
	Failed(h *Handler, err error)
	// Changed is told that somebody subscribed or unsubscribed.
	Changed(em *Emitter)
}

// Source is anything that has an emitter: an [*Emitter] itself, a scheduler, a
// task.
type Source interface {
	Emitter() *Emitter
}

// NewEmitter returns an emitter that calls its handlers on the goroutine that
// emits. Subscriptions are logged at debug level to slog's default logger. An
// emitter without a name is named by its reference.
func NewEmitter(name string) *Emitter { return newEmitter(name, nil, nil) }

// Delivery emits on behalf of an emitter's owner, at once and on the calling
// goroutine. Only the owner has it; see [Deliver].
type Delivery struct{ em *Emitter }

// NewOwned returns an emitter that belongs to an event loop: whatever is
// emitted goes through owner.Enqueue, and panics of callbacks go to
// owner.Failed. The Delivery is the owner's right to emit without queueing.
// log may be nil for slog's default logger.
func NewOwned(name string, owner Owner, log *slog.Logger) (*Emitter, Delivery) {
	if owner == nil {
		panic("event: NewOwned needs an owner, not nil")
	}
	em := newEmitter(name, owner, log)
	return em, Delivery{em}
}

// NewMirror is [NewOwned] for an emitter that repeats what another one, perhaps
// in another process, tells: see [Follow].
func NewMirror(name string, owner Owner, log *slog.Logger) (*Emitter, Delivery) {
	em, by := NewOwned(name, owner, log)
	em.mirror = true
	return em, by
}

func newEmitter(name string, owner Owner, log *slog.Logger) *Emitter {
	ref := uuid.NewString()
	if name == "" {
		name = ref
	}
	em := &Emitter{title: name, ref: name + "-" + ref, owner: owner, log: log}
	em.topics.Store(&topics{byName: map[string]topic{}})
	return em
}

// Emitter returns em, which makes an emitter a [Source].
func (em *Emitter) Emitter() *Emitter { return em }

// Name returns the emitter's name.
func (em *Emitter) Name() string { return em.title }

// Ref returns a reference that no other emitter has: the name and a UUID.
func (em *Emitter) Ref() string { return em.ref }

// Add makes events known before anybody has subscribed to them or emitted
// them, so that they are listed with a count of 0. It panics if one is nil or
// known with another type.
func (em *Emitter) Add(events ...Any) {
	for i, e := range events {
		if e == nil {
			panic(fmt.Sprintf("event: Add on emitter %s: event %d is nil", em.title, i+1))
		}
		e.topicOn(em)
	}
}

// Len returns the number of events that the emitter knows.
func (em *Emitter) Len() int { return len(em.topics.Load().order) }

// Status is what an emitter knows about one of its events.
type Status struct {
	Name      string
	ValueType string     // empty for a signal
	Count     uint64     // emissions so far
	Handlers  []*Handler // in the order in which they are called
}

// Events returns all events in the order in which they became known.
func (em *Emitter) Events() []Status {
	order := em.topics.Load().order
	out := make([]Status, len(order))
	for i, t := range order {
		out[i] = statusOf(t)
	}
	return out
}

// Lookup returns what the emitter knows about the event of that name. The
// error wraps [ErrUnknownEvent].
func (em *Emitter) Lookup(name string) (Status, error) {
	t, err := em.find(name)
	if err != nil {
		return Status{}, err
	}
	return statusOf(t), nil
}

// Count returns how often the event of that name was emitted. The error wraps
// [ErrUnknownEvent].
func (em *Emitter) Count(name string) (uint64, error) {
	t, err := em.find(name)
	if err != nil {
		return 0, err
	}
	return t.count(), nil
}

// OnName subscribes to an event by name alone, for callers that learn it at
// run time. The callback gets the event's value, nil for a signal. The error
// wraps [ErrUnknownEvent].
func (em *Emitter) OnName(name string, callback func(value any), opts ...Option) (*Handler, error) {
	t, err := em.find(name)
	if err != nil {
		return nil, err
	}
	return t.subscribeAny(callback, opts), nil
}

func statusOf(t topic) Status {
	return Status{Name: t.name(), ValueType: typeName(t.valueType()), Count: t.count(), Handlers: t.list()}
}

func (em *Emitter) find(name string) (topic, error) {
	all := em.topics.Load()
	if t, ok := all.byName[name]; ok {
		return t, nil
	}
	known := make([]string, len(all.order))
	for i, t := range all.order {
		known[i] = t.name()
	}
	return nil, fmt.Errorf("event: %w %q on emitter %s: known are %s",
		ErrUnknownEvent, name, em.title, strings.Join(known, ", "))
}

// topicOf returns the topic of that name, made known if it was not.
func topicOf[T any](em *Emitter, name string) *typed[T] {
	t, ok := em.topics.Load().byName[name]
	if !ok {
		t = em.learn(name, &typed[T]{em: em, ev: name, owned: em.owner != nil})
	}
	if t, ok := t.(*typed[T]); ok {
		return t
	}
	var e Event[T]
	panic(typeClash(em, name, t.valueType(), e.valueType()))
}

func (em *Emitter) learn(name string, fresh topic) topic {
	mustBeNamed(name)
	em.mu.Lock()
	defer em.mu.Unlock()
	old := em.topics.Load()
	if t, ok := old.byName[name]; ok {
		return t
	}
	next := &topics{byName: make(map[string]topic, len(old.byName)+1), order: append(old.order[:len(old.order):len(old.order)], fresh)}
	for k, v := range old.byName {
		next.byName[k] = v
	}
	next.byName[name] = fresh
	em.topics.Store(next)
	return fresh
}

func (em *Emitter) subscribed(h *Handler) {
	if em.owner != nil {
		em.owner.Changed(em)
	}
	log := em.log
	if log == nil {
		log = slog.Default()
	}
	if !log.Enabled(context.Background(), slog.LevelDebug) {
		return
	}
	log.Debug("subscribed", "emitter", em.title, "event", h.Event(), "callback", h.Name(),
		"every", h.Every(), "repeat", h.Repeat(), "limit", h.Limit(), "when", h.Conditional(), "hidden", h.Hidden())
}
