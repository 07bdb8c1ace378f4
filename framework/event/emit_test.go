package event_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
)

func TestOrderIsThatOfSubscription(t *testing.T) {
	t.Parallel()

	em, sig := event.NewEmitter("e"), event.NewSignal("s")
	got := ""
	add := func(s string) func() { return func() { got += s } }
	same := add("x")
	for _, cb := range []func(){add("a"), same, add("b"), same} {
		event.OnSignal(em, sig, cb)
	}
	event.EmitSignal(em, sig)
	require.Equal(t, "axbx", got, "a callback that is subscribed twice is two handlers")
}

func TestNestedEmissionsAreDepthFirst(t *testing.T) {
	t.Parallel()

	em, outer, inner := event.NewEmitter("e"), event.NewSignal("outer"), event.NewSignal("inner")
	got := ""
	event.OnSignal(em, outer, func() {
		got += "1"
		event.EmitSignal(em, inner)
		got += "4"
	})
	event.OnSignal(em, outer, func() { got += "5" })
	event.OnSignal(em, inner, func() { got += "2" })
	event.OnSignal(em, inner, func() { got += "3" })
	event.EmitSignal(em, outer)
	require.Equal(t, "12345", got)
}

func TestSubscribingWithinAHandlerWaitsForTheNextEmission(t *testing.T) {
	t.Parallel()

	em, sig := event.NewEmitter("e"), event.NewSignal("s")
	late := 0
	event.OnSignal(em, sig, func() { event.OnSignal(em, sig, func() { late++ }) }, event.Limit(1))
	event.EmitSignal(em, sig)
	require.Zero(t, late)
	event.EmitSignal(em, sig)
	require.Equal(t, 1, late)
}

func TestPanicsReachWhoEmits(t *testing.T) {
	t.Parallel()

	em, sig := event.NewEmitter("e"), event.NewSignal("s")
	boom := errors.New("boom")
	after := 0
	h := event.OnSignal(em, sig, func() { panic(boom) }, event.Limit(1))
	event.OnSignal(em, sig, func() { after++ })
	require.PanicsWithValue(t, boom, func() { event.EmitSignal(em, sig) })
	require.Zero(t, after, "later handlers are not called")
	require.EqualValues(t, 1, h.Calls(), "a call that panics counts")
	event.EmitSignal(em, sig)
	require.Equal(t, 1, after)
	n, err := em.Count("s")
	require.NoError(t, err)
	require.EqualValues(t, 2, n)

	other := event.NewSignal("other")
	event.OnSignal(em, other, func() {}, event.When(func() bool { panic(boom) }))
	require.PanicsWithValue(t, boom, func() { event.EmitSignal(em, other) })
}

func TestEmitMany(t *testing.T) {
	t.Parallel()

	em := event.NewEmitter("e")
	number, text, sig, unheard := event.New[int]("n"), event.New[string]("t"), event.NewSignal("s"), event.New[bool]("unheard")
	var got []any
	counts := func() (sum uint64) {
		for _, s := range em.Events() {
			sum += s.Count
		}
		return sum
	}
	event.On(em, text, func(s string) { got = append(got, "1", s, counts()) })
	event.On(em, number, func(n int) { got = append(got, "2", n) })
	event.OnSignal(em, sig, func() { got = append(got, "3") }, event.Every(2))
	event.On(em, text, func(s string) { got = append(got, "4", s) }, event.Limit(1))
	many := func() {
		event.EmitMany(em, event.Of(number, 5), event.OfSignal(sig), event.Of(text, "x"), event.Of(unheard, true))
	}
	many()
	require.Equal(t, []any{"1", "x", uint64(4), "2", 5, "4", "x"}, got, "all are counted, then called by subscription")
	got = nil
	many()
	require.Equal(t, []any{"1", "x", uint64(8), "2", 5, "3"}, got, "options are honoured")
	event.EmitMany(em)
	require.EqualValues(t, 8, counts())
}

func TestSameEventOnTwoEmitters(t *testing.T) {
	t.Parallel()

	one, two, sig := event.NewEmitter("1"), event.NewEmitter("2"), event.NewSignal("s")
	heard := event.SignalSubscriberOf(one, sig)
	deaf := event.SignalSubscriberOf(two, sig)
	n := 0
	deaf.Do(func() { n++ })
	heard.Emit()
	require.Zero(t, n)
	require.Equal(t, 1, heard.Count())
	require.Zero(t, deaf.Count())
}
