//go:build linux

package main

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/signalbox-go/signalbox/faults/faultstest"
)

func TestMain(m *testing.M) {
	faultstest.Serve()
	goleak.VerifyTestMain(m)
}

// TestFault runs each case once.
func TestFault(t *testing.T) {
	for _, c := range faultstest.Cases() {
		if c.Long {
			continue
		}
		t.Run(c.Name, func(t *testing.T) { faultstest.Run(t, c) })
	}
}

// TestFaultChaos is the short form of a random walk.
func TestFaultChaos(t *testing.T) {
	faultstest.Run(t, faultstest.Chaos{Seed: 20261125, Calls: 3000, Kills: 10, Every: 20 * time.Millisecond}.Case())
}

// TestFaultSoak is the short form of a soak.
func TestFaultSoak(t *testing.T) { faultstest.Run(t, faultstest.Soak{Calls: 40_000}.Case()) }
