package event_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
)

// model is the handler rule, as plainly as it can be put.
type model struct{ every, repeat, limit, seen, made int }

func (m *model) emission(when func() bool) (calls int) {
	m.seen++
	if m.seen%m.every != 0 || m.limit > 0 && m.made >= m.limit || !when() {
		return 0
	}
	for range m.repeat {
		if m.limit > 0 && m.made >= m.limit {
			break
		}
		m.made++
		calls++
	}
	return calls
}

// FuzzHandlerOptions compares handlers with the model: each bit of answers is
// what the predicate says when it is asked.
func FuzzHandlerOptions(f *testing.F) {
	f.Add(uint8(1), uint8(1), uint8(0), uint64(1<<63), uint8(10), false)
	f.Add(uint8(2), uint8(2), uint8(3), ^uint64(0), uint8(8), false)
	f.Add(uint8(1), uint8(3), uint8(5), ^uint64(0), uint8(6), true)
	f.Add(uint8(2), uint8(1), uint8(0), uint64(0b1011_0110), uint8(40), true)
	f.Add(uint8(7), uint8(9), uint8(1), uint64(0), uint8(200), false)
	f.Fuzz(func(t *testing.T, every, repeat, limit uint8, answers uint64, emissions uint8, isOwned bool) {
		m := &model{every: int(every%16) + 1, repeat: int(repeat%16) + 1, limit: int(limit)}
		predicate := func() (when func() bool, asked *int) {
			asked = new(int)
			return func() bool {
				yes := answers>>(*asked%64)&1 == 1
				*asked++
				return yes
			}, asked
		}
		when, asked := predicate()
		opts := []event.Option{event.Every(m.every), event.Repeat(m.repeat), event.When(when)}
		if limit > 0 {
			opts = append(opts, event.Limit(m.limit))
		}
		em, sig, flush := event.NewEmitter("e"), event.NewSignal("s"), func() {}
		if isOwned {
			q := &queue{}
			em, _ = event.NewOwned("e", q, nil)
			flush = q.deliver
		}
		got := 0
		h := event.OnSignal(em, sig, func() { got++ }, opts...)
		modelWhen, modelAsked := predicate()
		for i := range emissions {
			before := got
			event.EmitSignal(em, sig)
			flush()
			require.Equal(t, m.emission(modelWhen), got-before, "emission %d", i+1)
		}
		require.EqualValues(t, m.seen, h.Seen())
		require.EqualValues(t, m.made, h.Calls())
		require.EqualValues(t, m.made, h.Made())
		require.Equal(t, *modelAsked, *asked)
	})
}
