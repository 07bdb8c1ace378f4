package main

import (
	"fmt"
	"io"
	"runtime"
	"strings"
)

// writeBenchHeader writes what benchstat groups by, and tells it which way is
// better for units that it does not know.
func writeBenchHeader(w io.Writer, machine string) {
	fmt.Fprintf(w, "goos: %s\ngoarch: %s\npkg: github.com/signalbox-go/signalbox/benchmarks\nmachine: %s\n", runtime.GOOS, runtime.GOARCH, machine)
	told := map[string]bool{}
	for _, g := range suite {
		for _, p := range g.probes() {
			if !told[p.unit] {
				told[p.unit] = true
				better := "higher"
				if p.lower {
					better = "lower"
				}
				fmt.Fprintf(w, "Unit %s better=%s\n", p.benchUnit(), better)
			}
		}
	}
}

// writeBenchLines writes every measurement of a group as go test -bench does.
func writeBenchLines(w io.Writer, g group, m measured) error {
	for _, p := range g.probes() {
		for _, v := range m[p] {
			if _, err := fmt.Fprintf(w, "BenchmarkSuite/%s/%s-%d\t%d\t%.6g %s\n", g.name, p.name, runtime.GOMAXPROCS(0), p.n, v, p.benchUnit()); err != nil {
				return err
			}
		}
	}
	return nil
}

// benchUnit is the unit without the spaces that the format does not allow.
func (p *probe) benchUnit() string { return strings.ReplaceAll(p.unit, " ", "-") }
