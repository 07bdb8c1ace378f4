package event_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
)

// queue is an owner that delivers when it is told to.
type queue struct {
	waiting []func()
	failed  []error
	by      []*event.Handler

	emissions []event.Emission
	changes   int
}

func (q *queue) Enqueue(e event.Emission) {
	q.waiting = append(q.waiting, e.Deliver)
	q.emissions = append(q.emissions, e)
}

func (q *queue) Changed(*event.Emitter) { q.changes++ }

func (q *queue) Failed(h *event.Handler, err error) {
	q.by = append(q.by, h)
	q.failed = append(q.failed, err)
}

func (q *queue) deliver() {
	for len(q.waiting) > 0 {
		next := q.waiting[0]
		q.waiting = q.waiting[1:]
		next()
	}
}

func owned(t *testing.T) (*queue, *event.Emitter, event.Delivery) {
	t.Helper()
	q := &queue{}
	em, by := event.NewOwned("owned", q, nil)
	return q, em, by
}

func TestOwnedEmissionsQueue(t *testing.T) {
	t.Parallel()

	q, em, _ := owned(t)
	outer, inner := event.New[int]("outer"), event.NewSignal("inner")
	got := ""
	event.On(em, outer, func(int) {
		got += "a"
		event.EmitSignal(em, inner)
		event.EmitMany(em, event.OfSignal(inner))
		got += "b"
	})
	event.On(em, outer, func(int) { got += "c" })
	event.OnSignal(em, inner, func() { got += "d" })
	event.Emit(em, outer, 1)
	require.Empty(t, got)
	require.Zero(t, event.SubscriberOf(em, outer).Count(), "an emission counts when it is delivered")
	q.deliver()
	require.Equal(t, "abcdd", got, "what a callback emits comes behind")
}

func TestDeliveryIsTheOwners(t *testing.T) {
	t.Parallel()

	q, em, by := owned(t)
	sub, sig := event.SubscriberOf(em, event.New[int]("n")), event.SignalSubscriberOf(em, event.NewSignal("s"))
	sum := 0
	sub.Do(func(n int) { sum += n })
	sig.Do(func() { sum += 100 })
	event.Deliver(by, sub, 7)
	event.DeliverSignal(by, sig)
	require.Equal(t, 107, sum, "at once")
	require.Empty(t, q.waiting)

	_, other, _ := owned(t)
	const want = "event: emitter owned belongs to somebody else"
	require.PanicsWithValue(t, want, func() { event.Deliver(by, event.SubscriberOf(other, event.New[int]("n")), 1) })
	require.PanicsWithValue(t, want, func() { event.DeliverSignal(by, event.SignalSubscriberOf(other, event.NewSignal("s"))) })
	require.PanicsWithValue(t, "event: NewOwned needs an owner, not nil", func() { event.NewOwned("x", nil, nil) })
}

func TestOwnerIsToldOfPanics(t *testing.T) {
	t.Parallel()

	q, em, _ := owned(t)
	sig := event.NewSignal("s")
	boom := errors.New("boom")
	after := 0
	failing := event.OnSignal(em, sig, func() { panic(boom) }, event.Repeat(3), event.Named("failing"))
	doubting := event.OnSignal(em, sig, func() { after += 100 }, event.When(func() bool { panic("no idea") }), event.Named("doubting"))
	plain := event.OnSignal(em, sig, func() { panic("plain") }, event.Named("plain"))
	event.OnSignal(em, sig, func() { after++ })
	event.EmitSignal(em, sig)
	q.deliver()

	require.Equal(t, 1, after, "later handlers are called")
	require.Equal(t, []*event.Handler{failing, doubting, plain}, q.by)
	require.EqualValues(t, 1, failing.Calls(), "a panic ends the repetitions")
	require.Zero(t, doubting.Calls())
	for _, h := range q.by {
		require.Equal(t, h.Calls(), h.Made())
	}
	var p *event.PanicError
	require.ErrorAs(t, q.failed[0], &p)
	require.ErrorIs(t, q.failed[0], boom)
	require.Equal(t, "s", p.Event)
	require.Equal(t, "failing", p.Handler)
	require.Contains(t, p.Stack, "owned_test.go")
	require.EqualError(t, q.failed[0], `callback failing on "s" panicked: boom`)
	require.EqualError(t, q.failed[1], `predicate doubting on "s" panicked: no idea`)
	require.NoError(t, errors.Unwrap(q.failed[1]), "only errors are unwrapped")
	require.EqualError(t, &event.PanicError{What: "timer", Value: 1}, "timer panicked: 1")
}

func TestEmitManyOnAnOwnedEmitter(t *testing.T) {
	t.Parallel()

	q, em, _ := owned(t)
	a, b := event.NewSignal("a"), event.New[int]("b")
	got := 0
	event.OnSignal(em, a, func() { panic("a") })
	event.On(em, b, func(n int) { got = n })
	event.EmitMany(em, event.Of(b, 3), event.OfSignal(a))
	require.Zero(t, got)
	q.deliver()
	require.Equal(t, 3, got)
	require.Len(t, q.failed, 1)
}

func TestMadeLeavesOutCallsInProgress(t *testing.T) {
	t.Parallel()

	q, em, _ := owned(t)
	sig := event.NewSignal("s")
	var plain, repeating, asking *event.Handler
	type counts struct{ calls, made uint64 }
	var got []counts
	note := func(h *event.Handler) { got = append(got, counts{h.Calls(), h.Made()}) }
	plain = event.OnSignal(em, sig, func() { note(plain) })
	repeating = event.OnSignal(em, sig, func() { note(repeating) }, event.Repeat(2))
	asking = event.OnSignal(em, sig, func() {}, event.When(func() bool { note(asking); return true }))
	event.EmitSignal(em, sig)
	q.deliver()
	require.Equal(t, []counts{{1, 0}, {1, 0}, {2, 1}, {0, 0}}, got)
	note(plain)
	note(repeating)
	note(asking)
	require.Equal(t, []counts{{1, 1}, {2, 2}, {1, 1}}, got[4:])
}

func TestUnsubscribeOnAnOwnedEmitter(t *testing.T) {
	t.Parallel()

	q, em, _ := owned(t)
	sig := event.NewSignal("s")
	n := 0
	h := event.OnSignal(em, sig, func() { n++ })
	limited := event.OnSignal(em, sig, func() { n += 10 }, event.Limit(1))
	event.EmitSignal(em, sig)
	event.EmitSignal(em, sig)
	h.Unsubscribe()
	q.deliver()
	require.Equal(t, 10, n)
	require.EqualValues(t, 2, limited.Seen())
}
