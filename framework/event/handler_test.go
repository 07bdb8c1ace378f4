package event_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
)

// calls emits sig n times to a handler with those options and returns at which
// emissions, counted from 1, it was called.
func calls(n int, opts ...event.Option) (at []int, h *event.Handler) {
	em, sig := event.NewEmitter("e"), event.NewSignal("s")
	now := 0
	h = event.OnSignal(em, sig, func() { at = append(at, now) }, opts...)
	for now = 1; now <= n; now++ {
		event.EmitSignal(em, sig)
	}
	return at, h
}

func TestOptions(t *testing.T) {
	t.Parallel()

	asked := 0
	odd := func() bool { asked++; return asked%2 == 1 }
	tests := map[string]struct {
		opts []event.Option
		want []int
	}{
		"none":                      {nil, []int{1, 2, 3, 4, 5, 6}},
		"every":                     {[]event.Option{event.Every(2)}, []int{2, 4, 6}},
		"repeat":                    {[]event.Option{event.Repeat(2), event.Limit(5)}, []int{1, 1, 2, 2, 3}},
		"limit":                     {[]event.Option{event.Limit(2)}, []int{1, 2}},
		"when":                      {[]event.Option{event.When(odd)}, []int{1, 3, 5}},
		"every, repeat and limit":   {[]event.Option{event.Every(3), event.Repeat(2), event.Limit(3)}, []int{3, 3, 6}},
		"hidden changes nothing":    {[]event.Option{event.Hidden()}, []int{1, 2, 3, 4, 5, 6}},
		"the later of two counts":   {[]event.Option{event.Limit(1), event.Limit(2)}, []int{1, 2}},
		"a limit above what comes":  {[]event.Option{event.Limit(100)}, []int{1, 2, 3, 4, 5, 6}},
		"every beyond what comes":   {[]event.Option{event.Every(7)}, nil},
		"a name changes no calling": {[]event.Option{event.Named("x")}, []int{1, 2, 3, 4, 5, 6}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			at, h := calls(6, test.opts...)
			require.Equal(t, test.want, at)
			require.EqualValues(t, 6, h.Seen())
			require.EqualValues(t, len(test.want), h.Calls())
			require.EqualValues(t, len(test.want), h.Made())
		})
	}
}

func TestWhenIsNotAskedInVain(t *testing.T) {
	t.Parallel()

	asked := 0
	when := event.When(func() bool { asked++; return true })
	calls(10, event.Every(5), when, event.Repeat(3))
	require.Equal(t, 2, asked, "once per emission that passes Every")

	asked = 0
	calls(10, event.Limit(2), when)
	require.Equal(t, 2, asked, "a spent handler asks no more")
}

func TestWhenDoesNotShiftEvery(t *testing.T) {
	t.Parallel()

	answers := []bool{false, true, true}
	at, _ := calls(6, event.Every(2), event.When(func() bool {
		yes := answers[0]
		answers = answers[1:]
		return yes
	}))
	require.Equal(t, []int{4, 6}, at)
}

func TestOptionsOutOfRangePanic(t *testing.T) {
	t.Parallel()

	for name, option := range map[string]func(int) event.Option{"Every": event.Every, "Repeat": event.Repeat, "Limit": event.Limit} {
		for _, n := range []int{0, -1} {
			want := fmt.Sprintf("event: %s(%d) is out of range: it must be 1 or more", name, n)
			require.PanicsWithValue(t, want, func() { option(n) })
		}
	}
	require.PanicsWithValue(t, "event: When needs a predicate, not nil", func() { event.When(nil) })
}

func TestHandlerTellsItsOptions(t *testing.T) {
	t.Parallel()

	em, ev := event.NewEmitter("e"), event.New[int]("n")
	h := event.On(em, ev, func(int) {}, event.Every(2), event.Repeat(3), event.Limit(4), event.Hidden(),
		event.When(func() bool { return true }), event.Named("mine"))
	require.Equal(t, "n", h.Event())
	require.Equal(t, "mine", h.Name())
	require.Equal(t, "int", h.ValueType())
	require.Equal(t, []int{2, 3, 4}, []int{h.Every(), h.Repeat(), h.Limit()})
	require.True(t, h.Hidden())
	require.True(t, h.Conditional())

	plain := event.OnSignal(em, event.NewSignal("s"), func() {})
	require.Equal(t, []int{1, 1, 0}, []int{plain.Every(), plain.Repeat(), plain.Limit()})
	require.False(t, plain.Hidden())
	require.False(t, plain.Conditional())
	require.Empty(t, plain.ValueType())
}

type greeter struct{}

func (greeter) Greet()            {}
func (*greeter) GreetBy(int)      {}
func named()                      {}
func generic[T any](T)            {}
func makeClosure() func()         { return func() {} }
func (g greeter) closure() func() { return func() { _ = g } }

// Functions whose names look like those of function literals.
func func1()            {}
func (*greeter) func2() {}

var atTop = func() {}

func TestHandlerNames(t *testing.T) {
	t.Parallel()

	em, sig, ev := event.NewEmitter("e"), event.NewSignal("s"), event.New[int]("n")
	name := func(h *event.Handler) string { return h.Name() }
	require.Equal(t, "named", name(event.OnSignal(em, sig, named)))
	require.Equal(t, "greeter.Greet", name(event.OnSignal(em, sig, greeter{}.Greet)))
	require.Equal(t, "(*greeter).GreetBy", name(event.On(em, ev, (&greeter{}).GreetBy)))
	require.Equal(t, "generic[...]", name(event.On(em, ev, generic[int])))
	require.Equal(t, "func1", name(event.OnSignal(em, sig, func1)))
	require.Equal(t, "(*greeter).func2", name(event.OnSignal(em, sig, (&greeter{}).func2)))
	require.Equal(t, "(*greeter).func2", name(event.On(em, event.New[*greeter]("g"), (*greeter).func2)))
	for _, closure := range []func(){makeClosure(), greeter{}.closure(), func() {}, atTop} {
		h := event.OnSignal(em, sig, closure)
		require.Regexp(t, `^handler_test\.go:\d+$`, h.Name())
		require.Equal(t, h.Where(), h.Name())
	}
	require.True(t, strings.HasPrefix(event.OnSignal(em, sig, named).Where(), "handler_test.go:"))
	byName, err := em.OnName("n", func(any) {})
	require.NoError(t, err)
	require.Regexp(t, `^handler_test\.go:\d+$`, byName.Name())
}

func TestRecursionCannotExceedLimit(t *testing.T) {
	t.Parallel()

	em, sig := event.NewEmitter("e"), event.NewSignal("s")
	n := 0
	h := event.OnSignal(em, sig, func() {
		n++
		event.EmitSignal(em, sig)
	}, event.Limit(3))
	event.EmitSignal(em, sig)
	require.Equal(t, 3, n)
	require.EqualValues(t, 4, h.Seen())
}

func TestUnsubscribe(t *testing.T) {
	t.Parallel()

	em, sig := event.NewEmitter("e"), event.NewSignal("s")
	var got []string
	var second, repeating *event.Handler
	event.OnSignal(em, sig, func() {
		got = append(got, "first")
		second.Unsubscribe()
	})
	second = event.OnSignal(em, sig, func() { got = append(got, "second") })
	repeating = event.OnSignal(em, sig, func() {
		got = append(got, "repeating")
		repeating.Unsubscribe()
	}, event.Repeat(5))
	event.EmitSignal(em, sig)
	require.Equal(t, []string{"first", "repeating"}, got, "also within an emission in progress")
	second.Unsubscribe()
	event.EmitSignal(em, sig)
	require.Equal(t, []string{"first", "repeating", "first"}, got)
	require.Zero(t, second.Calls())
	require.EqualValues(t, 1, repeating.Calls(), "counters stay")
	status, err := em.Lookup("s")
	require.NoError(t, err)
	require.Len(t, status.Handlers, 1)
}

func TestEveryNthOfMany(t *testing.T) {
	t.Parallel()
	for _, every := range []int{1, 2, 3, 7, 64, 641, 1 << 20, math.MaxUint32, math.MaxUint32 + 1, math.MaxInt} {
		sub := event.SubscriberOf(event.NewEmitter("many"), event.New[int]("tick"))
		calls := 0
		sub.Do(func(int) { calls++ }, event.Every(every))
		const n = 10_000
		for range n {
			sub.Emit(1)
		}
		require.Equal(t, n/every, calls, "every %d", every)
	}
}
