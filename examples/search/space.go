package main

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Config is what a search varies.
type Config struct {
	Units  int     // of the hidden layer
	Epochs int     // how often the training samples are gone through
	Rate   float64 // how far a step goes
	Decay  float64 // what shrinks the weights
}

// draw returns the configuration of a trial. It depends on the seed and the
// trial's number alone, not on what other trials have come to: a search takes
// the same way whichever worker is faster.
//
// The space reaches farther than the limits do. The largest layer needs more
// memory and the most epochs more time than a trial may use, and with a high
// rate learning diverges.
func draw(seed uint64, number int) Config {
	r := rand.New(rand.NewPCG(seed, uint64(number)))
	return Config{
		Units:  pick(r, 1, 2, 3, 4, 5, 6, 7, 8, 1<<20),
		Epochs: pick(r, 2, 4, 6, 8, 10, 15, 20, 30, 1_000_000),
		Rate:   between(r, 1e-3, 10),
		Decay:  between(r, 1e-6, 1e-1),
	}
}

func pick(r *rand.Rand, choices ...int) int { return choices[r.IntN(len(choices))] }

// between draws from a range in which each order of magnitude is as likely.
func between(r *rand.Rand, low, high float64) float64 {
	return low * math.Pow(high/low, r.Float64())
}

func (c Config) String() string {
	return fmt.Sprintf("units %d, epochs %d, rate %.2g, decay %.2g", c.Units, c.Epochs, c.Rate, c.Decay)
}
