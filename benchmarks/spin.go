package main

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/signalbox-go/signalbox/benchmarks/peer"
	"github.com/signalbox-go/signalbox/framework/extension/resources"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// Probes of tasks that keep the CPU busy. How many steps make up a millisecond
// is measured once, so that both sides do the same work.

var spun = &probe{name: "spin-1ms", unit: "tasks/s", n: 4_000, figure: func(_ *rig, n int) (float64, error) {
	return perSecond(n)(spins(slices.Repeat([]int{1}, n)).run())
}}

// spunWithLimits has each task watched for time and memory that none comes near.
var spunWithLimits = &probe{name: "spin-1ms-with-limits", unit: "tasks/s", n: 4_000, figure: func(_ *rig, n int) (float64, error) {
	w := spins(slices.Repeat([]int{1}, n))
	w.extensions = []scheduler.Extension{resources.New(resources.Wall(time.Minute), resources.CPU(time.Minute), resources.Memory(1<<30))}
	w.options = []scheduler.Option{scheduler.Logger(slog.New(slog.DiscardHandler))} // which is told how they are enforced
	took, err := w.run()
	if errors.Is(err, scheduler.ErrLimits) {
		err = fmt.Errorf("%w: %w", errNotHere, err)
	}
	return perSecond(n)(took, err)
}}

var looped = &probe{name: "loop-1ms", unit: "tasks/s", n: 4_000, figure: with((*rig).loops, func(l *peer.Loops, n int) (float64, error) {
	return perSecond(n)(l.Spin(n, peer.StepsIn(time.Millisecond)))
})}

const unevenTasks = 10_000

// unevenly are n tasks of 1 ms of which 1 % take 100 ms, always the same ones.
func unevenly(n int) (milliseconds []int, sum int) {
	milliseconds = slices.Repeat([]int{1}, n)
	for _, i := range rand.New(rand.NewPCG(1, 2)).Perm(n)[:(n+99)/100] {
		milliseconds[i] = 100
	}
	for _, ms := range milliseconds {
		sum += ms
	}
	return milliseconds, sum
}

var uneven = &probe{name: "uneven", unit: "s", lower: true, n: unevenTasks, figure: func(_ *rig, n int) (float64, error) {
	milliseconds, _ := unevenly(n)
	took, err := spins(milliseconds).run()
	return took.Seconds(), err
}}

// halfTheSum is how long two bare processes would take if they divided the work
// of uneven without a remainder, by how long they take for some of it.
var halfTheSum = &probe{name: "half-the-sum", unit: "s", lower: true, n: 4_000, figure: func(r *rig, n int) (float64, error) {
	rate, err := looped.figure(r, n)
	_, sum := unevenly(unevenTasks)
	return float64(sum) / rate, err
}}
