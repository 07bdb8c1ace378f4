package main

import (
	"math"
	"math/rand/v2"
)

// network is a neural network for two classes: one layer of rectified units,
// and a logistic unit behind it.
type network struct {
	inputs int
	hidden []float64 // for unit after unit, a weight for each input and the bias
	output []float64 // a weight for each unit, and the bias
	active []float64 // what the units gave for the latest input
}

func newNetwork(inputs, units int, r *rand.Rand) *network {
	n := &network{
		inputs: inputs,
		hidden: make([]float64, units*(inputs+1)),
		output: make([]float64, units+1),
		active: make([]float64, units),
	}
	for _, weights := range [][]float64{n.hidden, n.output} {
		for i := range weights {
			weights[i] = (r.Float64() - 0.5) / 2
		}
	}
	return n
}

// unit returns the weights of a unit, of which the last is the bias.
func (n *network) unit(i int) []float64 {
	size := n.inputs + 1
	return n.hidden[i*size : (i+1)*size]
}

// logit returns how much the features speak for class 1 rather than 0.
func (n *network) logit(features []float64) float64 {
	units := len(n.active)
	sum := n.output[units]
	for i := range units {
		a := max(0, dot(n.unit(i), features))
		n.active[i] = a
		sum += float64(n.output[i] * a)
	}
	return sum
}

// dot returns the weighted sum of the features, and the bias. The conversion
// keeps compilers from fusing the operations, which rounds otherwise.
func dot(weights, features []float64) float64 {
	sum := weights[len(features)]
	for i, x := range features {
		sum += float64(weights[i] * x)
	}
	return sum
}

// learn goes through the samples once, in random order, each of which is a step
// of gradient descent. It returns the mean loss on the way, which is NaN once
// the weights have grown beyond all bounds.
func (n *network) learn(all []sample, rate, decay float64, r *rand.Rand) (loss float64) {
	for _, i := range r.Perm(len(all)) {
		s := all[i]
		z := n.logit(s.features)
		loss += crossEntropy(z, s.class) / float64(len(all))
		n.descend(s.features, rate*(1/(1+math.Exp(-z))-s.class), 1-float64(rate*decay))
	}
	return loss
}

// descend moves each weight against its gradient by a step, and shrinks it.
func (n *network) descend(features []float64, step, shrink float64) {
	units := len(n.active)
	for i, a := range n.active {
		weights := n.unit(i)
		back := step * n.output[i]
		if a == 0 {
			back = 0
		}
		for k, x := range features {
			weights[k] = float64(shrink*weights[k]) - float64(back*x)
		}
		weights[n.inputs] -= back
		n.output[i] = float64(shrink*n.output[i]) - float64(step*a)
	}
	n.output[units] -= step
}

// test returns how many samples the network has right, and the sum of its loss.
func (n *network) test(all []sample) (right int, loss float64) {
	for _, s := range all {
		z := n.logit(s.features)
		loss += crossEntropy(z, s.class)
		if (z > 0) == (s.class == 1) {
			right++
		}
	}
	return right, loss
}

// crossEntropy is the loss of a logit.
func crossEntropy(z, class float64) float64 {
	return max(z, 0) - float64(z*class) + math.Log1p(math.Exp(-math.Abs(z)))
}
