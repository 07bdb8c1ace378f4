package event_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
)

func TestConcurrentEmissionsCountExactly(t *testing.T) {
	t.Parallel()

	const goroutines, each = 8, 2000
	em := event.NewEmitter("e")
	sub := event.SubscriberOf(em, event.New[int]("n"))
	var plain, every, limited, repeated atomic.Int64
	hp := sub.Do(func(int) { plain.Add(1) })
	he := sub.Do(func(int) { every.Add(1) }, event.Every(4))
	hl := sub.Do(func(int) { limited.Add(1) }, event.Limit(777))
	hr := sub.Do(func(int) { repeated.Add(1) }, event.Repeat(3), event.Limit(10_000))
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for i := range each {
				sub.Emit(i)
				if i%100 == 0 {
					sub.Do(func(int) {}).Unsubscribe()
					em.Add(event.NewSignal("other"))
					_ = em.Events()
				}
			}
		})
	}
	wg.Wait()
	const all = goroutines * each
	require.Equal(t, all, sub.Count())
	for i, h := range []*event.Handler{hp, he, hl, hr} {
		require.EqualValues(t, all, h.Seen(), "handler %d", i)
	}
	require.EqualValues(t, all, plain.Load())
	require.EqualValues(t, all/4, every.Load())
	require.EqualValues(t, 777, limited.Load())
	require.EqualValues(t, 10_000, repeated.Load())
	require.EqualValues(t, 10_000, hr.Calls())
}

func TestConcurrentSubscribersAreAllHeardInOneOrder(t *testing.T) {
	t.Parallel()

	em, sig := event.NewEmitter("e"), event.NewSignal("s")
	var order []int
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() { event.OnSignal(em, sig, func() { order = append(order, i) }) })
	}
	wg.Wait()
	event.EmitSignal(em, sig)
	require.Len(t, order, 50)
	one := order
	order = nil
	event.EmitMany(em, event.OfSignal(sig))
	require.Equal(t, one, order)
}

// TestEmitWaitsForNobody emits while other goroutines stand inside a callback
// and keep making and ending subscriptions.
func TestEmitWaitsForNobody(t *testing.T) {
	t.Parallel()

	sub := event.SubscriberOf(event.NewEmitter("e"), event.New[int]("n"))
	var entered, release, others sync.WaitGroup
	entered.Add(2)
	release.Add(1)
	sub.Do(func(int) {
		entered.Done()
		release.Wait()
	}, event.Limit(1))
	var over atomic.Bool
	others.Go(func() { sub.Emit(0) })
	others.Go(func() {
		entered.Done()
		for !over.Load() {
			sub.Do(func(int) {}).Unsubscribe()
		}
	})
	entered.Wait()
	for i := range 10_000 {
		sub.Emit(i)
	}
	over.Store(true)
	release.Done()
	others.Wait()
	require.Equal(t, 10_001, sub.Count())
}

func TestEmitAllocatesNothing(t *testing.T) {
	type value struct {
		a, b, c int
		s       string
	}
	em := event.NewEmitter("e")
	ev := event.New[value]("n")
	sub, sig := event.SubscriberOf(em, ev), event.SignalSubscriberOf(em, event.NewSignal("s"))
	unheard := event.SubscriberOf(em, event.New[value]("unheard"))
	var sum int
	for range 3 {
		sub.Do(func(v value) { sum += v.a })
		sub.Do(func(v value) { sum += v.b }, event.Every(2), event.Repeat(2), event.Limit(1<<30), event.When(func() bool { return true }))
		sig.Do(func() { sum++ })
	}
	v := value{1, 2, 3, "x"}
	for name, emit := range map[string]func(){
		"Subscriber":       func() { sub.Emit(v) },
		"SignalSubscriber": sig.Emit,
		"unheard":          func() { unheard.Emit(v) },
		"by event value":   func() { event.Emit(em, ev, v) },
	} {
		require.Zero(t, testing.AllocsPerRun(200, emit), name)
	}
	require.NotZero(t, sum)
}
