//go:build linux

package faultstest

import (
	"cmp"
	"slices"
)

// Cases returns all cases, in order.
func Cases() []Case {
	sorted := func(cases []Case) []Case {
		slices.SortStableFunc(cases, func(a, b Case) int { return cmp.Compare(a.Name, b.Name) })
		return cases
	}
	return slices.Concat(deaths(), sorted(floods()), sorted(peers()), hosts())
}
