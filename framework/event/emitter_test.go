package event_test

import (
	"bytes"
	"log/slog"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
)

func TestEmitterNames(t *testing.T) {
	t.Parallel()

	one, two := event.NewEmitter("mine"), event.NewEmitter("mine")
	require.Equal(t, "mine", one.Name())
	require.NotEqual(t, one.Ref(), two.Ref())
	require.Equal(t, "mine-", one.Ref()[:5])
	require.NoError(t, uuid.Validate(one.Ref()[5:]))
	require.NoError(t, uuid.Validate(event.NewEmitter("").Name()), "without a name its reference is its name")
	require.Same(t, one, one.Emitter())
}

func TestEmitterKnowsItsEvents(t *testing.T) {
	t.Parallel()

	em := event.NewEmitter("e")
	require.Zero(t, em.Len())
	number, sig := event.New[int]("number"), event.NewSignal("sig")
	em.Add(number, sig)
	em.Add(number)
	require.Equal(t, 2, em.Len())
	event.Emit(em, event.New[string]("text"), "unheard")
	h := event.On(em, number, func(int) {})

	events := em.Events()
	require.Equal(t, []event.Status{
		{Name: "number", ValueType: "int", Handlers: []*event.Handler{h}},
		{Name: "sig", Handlers: []*event.Handler{}},
		{Name: "text", ValueType: "string", Count: 1, Handlers: []*event.Handler{}},
	}, events)
	status, err := em.Lookup("text")
	require.NoError(t, err)
	require.Equal(t, events[2], status)
	n, err := em.Count("sig")
	require.NoError(t, err)
	require.Zero(t, n)
	n, err = em.Count("text")
	require.NoError(t, err)
	require.EqualValues(t, 1, n)
}

func TestUnknownNamesListWhatIsKnown(t *testing.T) {
	t.Parallel()

	em := event.NewEmitter("gpt")
	em.Add(event.NewSignal("asked"), event.New[string]("answered"))
	_, countErr := em.Count("anwsered")
	_, lookupErr := em.Lookup("anwsered")
	_, onErr := em.OnName("anwsered", func(any) {})
	for _, err := range []error{countErr, lookupErr, onErr} {
		require.ErrorIs(t, err, event.ErrUnknownEvent)
		require.EqualError(t, err, `event: unknown event "anwsered" on emitter gpt: known are asked, answered`)
	}
}

func TestOnName(t *testing.T) {
	t.Parallel()

	em := event.NewEmitter("e")
	number, sig := event.New[int]("number"), event.NewSignal("sig")
	em.Add(number, sig)
	var got []any
	for _, name := range []string{"number", "sig"} {
		_, err := em.OnName(name, func(v any) { got = append(got, v) }, event.Limit(1))
		require.NoError(t, err)
	}
	for range 2 {
		event.Emit(em, number, 7)
		event.EmitSignal(em, sig)
	}
	require.Equal(t, []any{7, nil}, got)
}

func TestEventsAreTheirNames(t *testing.T) {
	t.Parallel()

	require.Equal(t, event.New[int]("e"), event.New[int]("e"))
	require.Equal(t, "e", event.New[int]("e").String())
	require.Equal(t, "s", event.NewSignal("s").String())
	require.PanicsWithValue(t, "event: an event needs a name", func() { event.New[int]("") })
	require.PanicsWithValue(t, "event: an event needs a name", func() { event.NewSignal("") })
	var zero event.Event[int]
	require.PanicsWithValue(t, "event: an event needs a name", func() { event.NewEmitter("e").Add(zero) })
}

func TestOneNameWithTwoTypesPanics(t *testing.T) {
	t.Parallel()

	em := event.NewEmitter("mine")
	em.Add(event.New[int]("n"), event.NewSignal("s"))
	want := `event: "n" on emitter mine has values of type int, not values of type string: give one of the two another name`
	text := event.New[string]("n")
	for name, misuse := range map[string]func(){
		"Add":          func() { em.Add(text) },
		"On":           func() { event.On(em, text, func(string) {}) },
		"Emit":         func() { event.Emit(em, text, "") },
		"EmitMany":     func() { event.EmitMany(em, event.Of(text, "")) },
		"SubscriberOf": func() { event.SubscriberOf(em, text) },
	} {
		require.PanicsWithValue(t, want, misuse, name)
	}
	require.PanicsWithValue(t, `event: "s" on emitter mine has no value, not values of type int: give one of the two another name`,
		func() { event.Emit(em, event.New[int]("s"), 1) })
	require.PanicsWithValue(t, `event: "n" on emitter mine has values of type int, not no value: give one of the two another name`,
		func() { event.EmitSignal(em, event.NewSignal("n")) })
}

func TestNilCallbacksPanic(t *testing.T) {
	t.Parallel()

	em, number, sig := event.NewEmitter("e"), event.New[int]("n"), event.NewSignal("s")
	em.Add(number)
	const want = "event: a callback is needed, not nil"
	require.PanicsWithValue(t, want, func() { event.On(em, number, nil) })
	require.PanicsWithValue(t, want, func() { event.OnSignal(em, sig, nil) })
	require.PanicsWithValue(t, want, func() { _, _ = em.OnName("n", nil) })
}

func TestSubscribersShareTheirEvent(t *testing.T) {
	t.Parallel()

	em, ev, sig := event.NewEmitter("e"), event.New[string]("n"), event.NewSignal("s")
	one, two := event.SubscriberOf(em, ev), event.SubscriberOf(em, ev)
	require.False(t, one.Heard())
	got := ""
	one.Do(func(s string) { got += s })
	two.Emit("a")
	event.Emit(one.Emitter(), one.Event(), "b")
	require.Equal(t, "ab", got)
	require.Equal(t, 2, one.Count())
	require.True(t, two.Heard())

	signal := event.SignalSubscriberOf(em, sig)
	require.False(t, signal.Heard())
	signal.Do(func() { got += "!" })
	signal.Emit()
	event.EmitSignal(signal.Emitter(), signal.Event())
	require.Equal(t, "ab!!", got)
	require.Equal(t, 2, signal.Count())
	require.True(t, signal.Heard())
}

func TestSubscriberDefaults(t *testing.T) {
	t.Parallel()

	em := event.NewEmitter("e")
	sub := event.SubscriberOf(em, event.New[int]("n"), event.Limit(1), event.Every(2), event.Hidden())
	h := sub.Do(func(int) {})
	require.Equal(t, []int{1, 2}, []int{h.Limit(), h.Every()})
	require.True(t, h.Hidden())
	require.Equal(t, 5, sub.Do(func(int) {}, event.Limit(5)).Limit(), "the subscription's own go before")
	require.Equal(t, 3, event.SignalSubscriberOf(em, event.NewSignal("s"), event.Limit(3)).Do(func() {}).Limit())
	require.Zero(t, event.On(em, event.New[int]("n"), func(int) {}).Limit(), "they are the subscriber's, not the event's")
}

func TestSubscriptionsAreLogged(t *testing.T) {
	t.Parallel()

	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	em, _ := event.NewOwned("mine", &queue{}, log)
	event.OnSignal(em, event.NewSignal("s"), named, event.Every(2), event.Limit(3))
	require.Contains(t, out.String(), "level=DEBUG msg=subscribed emitter=mine event=s callback=named every=2 repeat=1 limit=3 when=false hidden=false")
}
