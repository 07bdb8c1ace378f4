package main

import (
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func scored(number int, accuracy, loss float64) outcome {
	return outcome{Trial: Trial{Number: number}, Score: Score{accuracy, loss}}
}

func numbers(outcomes []outcome) (ns []int) {
	for _, o := range outcomes {
		ns = append(ns, o.Number)
	}
	return ns
}

func TestAStudyTakesTrialsByNumber(t *testing.T) {
	t.Parallel()
	s := study{patience: 3}
	require.Empty(t, s.add(scored(3, 0.8, 1)))
	require.Empty(t, s.add(scored(2, 0.9, 1)))
	require.Equal(t, []int{1, 2, 3}, numbers(s.add(scored(1, 0.7, 1))))
	require.Equal(t, 2, s.best.Number)
	require.False(t, s.over())

	// The fifth is better than the second, though as accurate.
	require.Empty(t, s.add(scored(6, 0.9, 0.9)))
	require.Empty(t, s.add(outcome{Trial: Trial{Number: 4}, err: errors.New("no")})[1:])
	require.Equal(t, []int{5, 6}, numbers(s.add(scored(5, 0.9, 0.9))))
	require.Equal(t, 5, s.best.Number)
}

func TestAStudyEndsAtATrialWhateverEndsFirst(t *testing.T) {
	t.Parallel()
	s := study{patience: 2}
	// The fourth would be the best; the study ends before it.
	require.Empty(t, s.add(scored(4, 1, 0)))
	require.Empty(t, s.add(scored(3, 0.99, math.NaN())))
	require.Equal(t, []int{1}, numbers(s.add(scored(1, 0.8, 1))))
	require.Equal(t, []int{2, 3}, numbers(s.add(scored(2, 0.7, 1))))
	require.True(t, s.over())
	require.Equal(t, 1, s.best.Number)
	require.Empty(t, s.add(scored(5, 1, 0)))
	require.Contains(t, s.String(), "trials: 3; diverged: 1; reached a limit: 0; failed: 0\nbest: trial 1, ")
}
