package event

// Follow makes emission number n of the event of that name happen on a mirror
// ([NewMirror]), as it did on the emitter that is mirrored. Emissions that were
// left out since the last one count, so that handlers do what they would have
// done there. The value is stored by decode as in [Emitter.EmitDecoded], if
// anybody listens; the error is decode's. An event that is not known to the
// mirror is passed over.
func Follow(by Delivery, name string, n uint64, decode func(into any) error) error {
	t, ok := by.em.topics.Load().byName[name]
	if !ok {
		return nil
	}
	return t.follow(n, decode)
}

func (t *typed[T]) follow(n uint64, decode func(into any) error) error {
	subs := t.subscriptions()
	t.emitted.Store(n)
	if len(subs) == 0 {
		return nil
	}
	v, err := t.decoded(decode)
	for _, s := range subs {
		switch {
		case n <= s.h.base:
			// It subscribed later than that.
		case err != nil:
			s.h.seen.Store(n - s.h.base)
		default:
			s.h.seen.Store(n - s.h.base - 1) // the call counts this one
			s.callGuarded(v)
		}
	}
	return err
}

// SetCount makes the event of that name have been emitted n times on a mirror,
// without telling anybody; handlers have seen those since they subscribed. An
// event that is not known to the mirror is passed over.
func SetCount(by Delivery, name string, n uint64) {
	if t, ok := by.em.topics.Load().byName[name]; ok {
		t.setCount(n)
	}
}

func (t *typed[T]) setCount(n uint64) {
	t.emitted.Store(n)
	for _, s := range t.subscriptions() {
		s.h.seen.Store(max(n, s.h.base) - s.h.base)
	}
}

// AddCount is [SetCount] for n emissions more than there were.
func AddCount(by Delivery, name string, n uint64) {
	if t, ok := by.em.topics.Load().byName[name]; ok {
		t.setCount(t.count() + n)
	}
}

// SetCalls makes a handler of a mirror have made n calls, such as its
// predecessor in a process that died.
func SetCalls(by Delivery, h *Handler, n uint64) {
	by.mustOwn(h.topic.emitter())
	h.calls.Store(n)
}
