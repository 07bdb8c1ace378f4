package event_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
)

func mirrored(t *testing.T) (*queue, *event.Emitter, event.Delivery) {
	t.Helper()
	q := &queue{}
	em, by := event.NewMirror("mirror", q, nil)
	return q, em, by
}

// number decodes n.
func number(n int) func(any) error {
	return func(into any) error {
		*into.(*int) = n
		return nil
	}
}

// TestAMirrorCallsAsItsOriginalDoes lets handlers with the same options hear
// one emitter and a mirror of it, which is told of few emissions: of those at
// which no handler calls it need not be.
func TestAMirrorCallsAsItsOriginalDoes(t *testing.T) {
	t.Parallel()

	const emissions = 24
	third := func(seen *int) event.Option {
		return event.When(func() bool { *seen++; return *seen%3 == 0 })
	}
	tests := map[string]struct {
		opts []event.Option
		when bool
	}{
		"plain":                   {nil, false},
		"every":                   {[]event.Option{event.Every(3)}, false},
		"repeat":                  {[]event.Option{event.Repeat(3)}, false},
		"limit":                   {[]event.Option{event.Limit(5)}, false},
		"repeat and limit":        {[]event.Option{event.Repeat(3), event.Limit(5)}, false},
		"every, repeat and limit": {[]event.Option{event.Every(2), event.Repeat(2), event.Limit(3)}, false},
		"when":                    {nil, true},
		"when and every":          {[]event.Option{event.Every(2)}, true},
		"all":                     {[]event.Option{event.Every(2), event.Repeat(2), event.Limit(5)}, true},
	}
	for name, test := range tests {
		for gaps, told := range map[string]func(h *event.Handler, n int) bool{
			"all told":           func(*event.Handler, int) bool { return true },
			"only what is heard": func(h *event.Handler, n int) bool { return (n-4)%h.Every() == 0 },
		} {
			t.Run(name+", "+gaps, func(t *testing.T) {
				t.Parallel()

				_, original, by := owned(t)
				_, mirror, byMirror := mirrored(t)
				ev := event.New[int]("n")
				sub := event.SubscriberOf(original, ev)
				mirror.Add(ev)
				var want, got []int
				var handlers [2]*event.Handler
				subscribe := func(i int, em *event.Emitter, calls *[]int) {
					opts := append([]event.Option{}, test.opts...)
					if test.when {
						opts = append(opts, third(new(int)))
					}
					handlers[i] = event.On(em, ev, func(n int) { *calls = append(*calls, n) }, opts...)
				}
				for n := 1; n <= emissions; n++ {
					if n == 5 { // what was emitted before does not count
						subscribe(0, original, &want)
						subscribe(1, mirror, &got)
					}
					event.Deliver(by, sub, n)
					if n < 5 || told(handlers[1], n) {
						require.NoError(t, event.Follow(byMirror, "n", uint64(n), number(n)))
					}
				}
				event.SetCount(byMirror, "n", emissions)
				require.NotEmpty(t, want)
				require.Equal(t, want, got)
				require.Equal(t, handlers[0].Calls(), handlers[1].Calls())
				require.Equal(t, handlers[0].Made(), handlers[1].Made())
				require.Equal(t, handlers[0].Seen(), handlers[1].Seen())
				require.Equal(t, sub.Count(), event.SubscriberOf(mirror, ev).Count())
			})
		}
	}
}

func TestFollowPassesOverWhatIsNotHeard(t *testing.T) {
	t.Parallel()

	_, em, by := mirrored(t)
	never := func(any) error { panic("decoded") }
	require.NoError(t, event.Follow(by, "unknown", 1, never))
	event.SetCount(by, "unknown", 1)
	require.Zero(t, em.Len())

	sig, ev := event.NewSignal("s"), event.New[int]("n")
	em.Add(sig, ev)
	require.NoError(t, event.Follow(by, "n", 7, never), "nobody listens")
	calls := 0
	h := event.On(em, ev, func(int) { calls++ })
	require.NoError(t, event.Follow(by, "n", 7, number(7)))
	require.NoError(t, event.Follow(by, "n", 5, number(5)))
	require.Zero(t, calls, "it subscribed later than that")
	event.OnSignal(em, sig, func() { calls += 10 })
	require.NoError(t, event.Follow(by, "s", 1, never), "a signal has no value")
	require.Equal(t, 10, calls)
	h.Unsubscribe()
	event.On(em, ev, func(int) { calls++ })
	require.NoError(t, event.Follow(by, "n", 8, number(8)))
	require.Equal(t, 11, calls)
}

func TestFollowCountsWhatDoesNotDecode(t *testing.T) {
	t.Parallel()

	q, em, by := mirrored(t)
	ev := event.New[int]("n")
	var got []int
	h := event.On(em, ev, func(n int) {
		got = append(got, n)
		if n == 3 {
			panic("three")
		}
	}, event.Every(2))
	text := func(s string) func(any) error { return func(into any) error { return json.Unmarshal([]byte(s), into) } }
	require.NoError(t, event.Follow(by, "n", 1, text("1")))
	err := event.Follow(by, "n", 2, text(`"two"`))
	var typeError *json.UnmarshalTypeError
	require.ErrorAs(t, err, &typeError)
	require.ErrorContains(t, err, `event: value of "n" on emitter mirror: `)
	require.EqualValues(t, 2, h.Seen())
	require.Empty(t, got)
	require.NoError(t, event.Follow(by, "n", 4, text("3")))
	require.NoError(t, event.Follow(by, "n", 6, text("5")))
	require.Equal(t, []int{3, 5}, got)
	require.Len(t, q.failed, 1, "a panic goes to the owner")
	require.EqualValues(t, 2, h.Made())
}

func TestCountsOfAMirrorCanBeSet(t *testing.T) {
	t.Parallel()

	_, em, by := mirrored(t)
	ev := event.New[int]("n")
	em.Add(ev)
	event.SetCount(by, "n", 10)
	calls := 0
	h := event.On(em, ev, func(int) { calls++ }, event.Every(3), event.Limit(4))
	event.SetCount(by, "n", 8)
	require.Zero(t, h.Seen(), "fewer than when it subscribed")
	event.SetCount(by, "n", 15)
	require.EqualValues(t, 5, h.Seen())
	event.AddCount(by, "n", 2)
	event.AddCount(by, "unknown", 2)
	require.Equal(t, 17, event.SubscriberOf(em, ev).Count())
	require.EqualValues(t, 7, h.Seen())
	require.EqualValues(t, 10, h.Base(), "emitted before it subscribed")
	event.SetCount(by, "n", 15)
	require.Zero(t, calls, "nobody is told")
	event.SetCalls(by, h, 3)
	require.EqualValues(t, 3, h.Calls())
	for n := range 10 {
		require.NoError(t, event.Follow(by, "n", uint64(16+n), number(n)))
	}
	require.Equal(t, 1, calls, "the limit counts the calls of its predecessor")
	_, other, _ := mirrored(t)
	require.PanicsWithValue(t, "event: emitter mirror belongs to somebody else",
		func() { event.SetCalls(by, event.On(other, ev, func(int) {}), 1) })
}

func TestEmittingByName(t *testing.T) {
	t.Parallel()

	bare := event.NewEmitter("bare")
	q, em, _ := owned(t)
	sig, ev := event.NewSignal("s"), event.New[int]("n")
	for _, on := range []*event.Emitter{bare, em} {
		var got []int
		event.On(on, ev, func(n int) { got = append(got, n) })
		event.OnSignal(on, sig, func() { got = append(got, 0) })
		require.NoError(t, on.EmitDecoded("n", number(7), "somebody"))
		require.NoError(t, on.EmitDecoded("s", func(any) error { panic("a signal has no value") }, nil))
		q.deliver()
		require.Equal(t, []int{7, 0}, got)

		require.ErrorIs(t, on.EmitDecoded("m", number(7), nil), event.ErrUnknownEvent)
		no := errors.New("no number")
		require.ErrorIs(t, on.EmitDecoded("n", func(any) error { return no }, nil), no)
		q.deliver()
		require.Len(t, got, 2)
		require.Equal(t, 1, event.SubscriberOf(on, ev).Count())
	}
	require.Len(t, q.emissions, 2)
	require.Equal(t, "somebody", q.emissions[0].Origin)
	require.Equal(t, []event.Occurred{{Name: "n", Value: 7}}, q.emissions[0].Occurrences)
	require.Same(t, em, q.emissions[0].Emitter)
	require.Equal(t, []event.Occurred{{Name: "s"}}, q.emissions[1].Occurrences)
	event.EmitMany(em, event.Of(ev, 1), event.OfSignal(sig))
	require.Equal(t, []event.Occurred{{Name: "n", Value: 1}, {Name: "s"}}, q.emissions[2].Occurrences)
	require.Nil(t, q.emissions[2].Origin)
}
