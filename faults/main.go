//go:build linux

// Faults does to Signalbox what goes wrong where people use it, many times, and
// prints what became of it; see package faultstest.
package main

import "github.com/signalbox-go/signalbox/faults/faultstest"

func main() { faultstest.Serve() }
