package main

import (
	"context"
	"math/rand/v2"

	"github.com/signalbox-go/signalbox/sdk"
)

// Trial is what a worker is asked to do. It shares nothing with the host but
// this, hence the seed.
type Trial struct {
	Number int // from 1
	Seed   uint64
	Config Config
}

// Score is what comes of a trial.
type Score struct {
	Accuracy float64 // of all samples, each tested by a network that has not seen it
	Loss     float64 // mean cross-entropy of the same; NaN if learning has diverged
}

const folds = 5

// fit cross-validates one configuration. A loss may be NaN, which JSON does not
// have: payloads are CBOR.
var fit = sdk.TaskFunc("fit", func(ctx context.Context, t Trial) (Score, error) {
	all, err := samples()
	if err != nil {
		return Score{}, err
	}
	// All trials of a search are tested on the same folds.
	parts := split(all, folds, rand.New(rand.NewPCG(t.Seed, 0)))
	var right int
	var loss float64
	for i, tested := range parts {
		var training []sample
		for k, part := range parts {
			if k != i {
				training = append(training, part...)
			}
		}
		scaler := scalerOf(training)
		n, err := train(ctx, t, i, scaler.scaled(training))
		if err != nil {
			return Score{}, err
		}
		r, l := n.test(scaler.scaled(tested))
		right += r
		loss += l
	}
	return Score{float64(right) / float64(len(all)), loss / float64(len(all))}, nil
}).CBOR()

// train makes the network of one fold. It heeds its context, so that a trial
// out of time ends without its worker.
func train(ctx context.Context, t Trial, fold int, training []sample) (*network, error) {
	c := t.Config
	r := rand.New(rand.NewPCG(t.Seed+uint64(fold)+1, uint64(t.Number)))
	n := newNetwork(len(training[0].features), c.Units, r)
	for epoch := range c.Epochs {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		loss := n.learn(training, c.Rate, c.Decay, r)
		sdk.Progress(ctx, fold*c.Epochs+epoch+1, folds*c.Epochs, "epochs")
		if loss != loss { // NaN: it does not come back
			break
		}
	}
	return n, nil
}
