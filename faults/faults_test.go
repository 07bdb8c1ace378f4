//go:build linux

package main

import (
	"testing"

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
