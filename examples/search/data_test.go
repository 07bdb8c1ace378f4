package main

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFoldsHoldEachClassAlike(t *testing.T) {
	t.Parallel()
	all, err := samples()
	require.NoError(t, err)
	require.Len(t, all, 569)
	require.Len(t, all[0].features, 30)

	seen := map[*float64]bool{}
	for _, fold := range split(all, 5, rand.New(rand.NewPCG(1, 0))) {
		var benign float64
		for _, s := range fold {
			benign += s.class
			seen[&s.features[0]] = true
		}
		require.InDelta(t, 357.0/5, benign, 1)
		require.InDelta(t, 212.0/5, float64(len(fold))-benign, 1)
	}
	require.Len(t, seen, len(all), "samples that are in a fold")
}

func TestScaledFeatures(t *testing.T) {
	t.Parallel()
	training := []sample{{features: []float64{1, 10}}, {features: []float64{3, 30}}}
	sc := scalerOf(training)
	require.Equal(t, []sample{{features: []float64{-1, -1}}, {features: []float64{1, 1}}}, sc.scaled(training))
	require.Equal(t, []sample{{features: []float64{3, 0}, class: 1}}, sc.scaled([]sample{{[]float64{5, 20}, 1}}))
}
