package main

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/signalbox-go/signalbox/benchmarks/peer"
	"github.com/signalbox-go/signalbox/framework/event"
)

// Probes of one emission, in nanoseconds, without any process.

// emit measures ours.
func emit(name string, subscribers, n int, opts ...event.Option) *probe {
	return &probe{name: name, unit: "ns", lower: true, n: n, figure: func(_ *rig, n int) (float64, error) {
		sub := event.SubscriberOf(event.NewEmitter("benchmark"), event.New[int]("tick"))
		sum := 0
		for range subscribers {
			sub.Do(func(v int) { sum += v }, opts...)
		}
		emit := func() { sub.Emit(1) }
		took := nanosEach(n, func(n int) {
			for range n {
				sub.Emit(1)
			}
		})
		if err := checkCalls(sum, n, subscribers); err != nil {
			return 0, err
		}
		if a := testing.AllocsPerRun(100, emit); a > 0 {
			return 0, fmt.Errorf("an emission makes %v allocations, which should be none", a)
		}
		return took, nil
	}}
}

func emitMinimal(name string, subscribers, n int, known float64) *probe {
	return &probe{name: name, unit: "ns", lower: true, n: n, noted: known, figure: func(_ *rig, n int) (float64, error) {
		var e peer.Emitter
		sum := 0
		for range subscribers {
			e.On(func(v int) { sum += v })
		}
		took := nanosEach(n, func(n int) {
			for range n {
				e.Emit(1)
			}
		})
		return took, checkCalls(sum, n, subscribers)
	}}
}

// nanosEach has n done in a hundred parts and returns how long one took, by the
// median of the parts, since a part is short enough to be disturbed by nobody.
func nanosEach(n int, do func(n int)) float64 {
	var each []float64
	for part := range 100 {
		share := n*(part+1)/100 - n*part/100
		if share == 0 {
			continue
		}
		began := time.Now()
		do(share)
		each = append(each, float64(time.Since(began))/float64(share))
	}
	return median(each)
}

// checkCalls allows for an odd emission that every second one leaves out.
func checkCalls(sum, n, subscribers int) error {
	if want := n * subscribers; sum != want && sum != want-subscribers {
		return fmt.Errorf("%d calls, not %d", sum, want)
	}
	return nil
}

var (
	emit0  = emit("emit-0", 0, 20_000_000)
	emit1  = emit("emit-1", 1, 10_000_000)
	emit10 = emit("emit-10", 10, 2_000_000)

	minimal0  = emitMinimal("minimal-0", 0, 20_000_000, 2.3)
	minimal1  = emitMinimal("minimal-1", 1, 10_000_000, 7.7)
	minimal10 = emitMinimal("minimal-10", 10, 2_000_000, 54)

	// emitOptions calls as often as emit10 does: at every second emission, twice.
	emitOptions = emit("emit-10-options", 10, 2_000_000,
		event.Every(2), event.Repeat(2), event.Limit(math.MaxInt), event.When(func() bool { return true }))
)
