package event_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
)

func TestNothingWhereSomethingIsNeeded(t *testing.T) {
	t.Parallel()

	em, n, sig := event.NewEmitter("e"), event.New[int]("n"), event.NewSignal("s")
	every := event.Every(2)
	for want, misuse := range map[string]func(){
		"event: option 1 is nil":                            func() { event.On(em, n, func(int) {}, nil) },
		"event: option 2 is nil":                            func() { event.OnSignal(em, sig, func() {}, every, nil) },
		"event: option 3 is nil":                            func() { event.SubscriberOf(em, n, every, every, nil) },
		"event: option 4 is nil":                            func() { event.SignalSubscriberOf(em, sig, every, every, every, nil) },
		"event: Add on emitter e: event 2 is nil":           func() { em.Add(n, nil) },
		"event: EmitMany on emitter e: occurrence 2 is nil": func() { event.EmitMany(em, event.OfSignal(sig), nil) },
		"event: a callback is needed, not nil":              func() { event.On(em, n, nil) },
		"event: NewOwned needs an owner, not nil":           func() { event.NewMirror("m", nil, nil) },
	} {
		require.PanicsWithValue(t, want, misuse)
	}
	status, err := em.Lookup("s")
	require.NoError(t, err)
	require.Empty(t, status.Handlers, "nothing is half done")
	require.Zero(t, status.Count)
}

func TestEventsSayTheirNames(t *testing.T) {
	t.Parallel()

	var any event.Any = event.New[int]("n")
	require.Equal(t, "n", any.Name())
	require.Equal(t, "n", event.New[int]("n").String())
	any = event.NewSignal("s")
	require.Equal(t, "s", any.Name())
	require.Equal(t, "s", event.NewSignal("s").String())
}
