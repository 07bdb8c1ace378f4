package event_test

import (
	"fmt"
	"testing"

	"github.com/signalbox-go/signalbox/framework/event"
)

func BenchmarkEmit(b *testing.B) {
	always := func() bool { return true }
	bench := func(name string, subscribers int, opts ...event.Option) {
		b.Run(name, func(b *testing.B) {
			sub := event.SubscriberOf(event.NewEmitter("e"), event.New[int]("n"))
			sum := 0
			for range subscribers {
				sub.Do(func(n int) { sum += n }, opts...)
			}
			b.ReportAllocs()
			for b.Loop() {
				sub.Emit(1)
			}
		})
	}
	for _, n := range []int{0, 1, 10} {
		bench(fmt.Sprintf("subscribers=%d", n), n)
	}
	bench("every=2", 1, event.Every(2))
	bench("repeat=3", 1, event.Repeat(3))
	bench("limit=1e9", 1, event.Limit(1_000_000_000))
	bench("spent", 1, event.Limit(1))
	bench("when", 1, event.When(always))
	bench("all", 1, event.Every(2), event.Repeat(2), event.Limit(1_000_000_000), event.When(always))
}

func BenchmarkEmitParallel(b *testing.B) {
	sub := event.SubscriberOf(event.NewEmitter("e"), event.New[int]("n"))
	sub.Do(func(int) {})
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			sub.Emit(1)
		}
	})
}

func BenchmarkSubscribe(b *testing.B) {
	sub := event.SubscriberOf(event.NewEmitter("e"), event.New[int]("n"))
	for b.Loop() {
		sub.Do(func(int) {}).Unsubscribe()
	}
}
