package main

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheModelLearns(t *testing.T) {
	t.Parallel()
	sensible := Trial{Number: 1, Seed: 1, Config: Config{Units: 4, Epochs: 10, Rate: 0.01, Decay: 1e-4}}
	score, err := fit.Call(t.Context(), sensible)
	require.NoError(t, err)
	require.Greater(t, score.Accuracy, 0.93)
	require.Less(t, score.Loss, 0.2)

	again, err := fit.Call(t.Context(), sensible)
	require.NoError(t, err)
	require.Equal(t, score, again)
}

func TestATrialDivergesAtAHighRate(t *testing.T) {
	t.Parallel()
	score, err := fit.Call(t.Context(), Trial{Number: 1, Seed: 1, Config: Config{Units: 4, Epochs: 1_000_000, Rate: 5}})
	require.NoError(t, err)
	require.True(t, math.IsNaN(score.Loss), "%v", score.Loss)
}

func TestATrialHeedsItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := fit.Call(ctx, Trial{Number: 1, Seed: 1, Config: Config{Units: 4, Epochs: 1_000_000, Rate: 0.01}})
	require.ErrorIs(t, err, context.Canceled)
}
