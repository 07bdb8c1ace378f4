package main

import (
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	serve()
	os.Exit(m.Run())
}

// BenchmarkSuite measures each probe with b.N of what it measures, starts
// included in how long it takes and not in the figure.
func BenchmarkSuite(b *testing.B) {
	for _, g := range suite {
		for _, p := range g.probes() {
			b.Run(g.name+"/"+p.name, func(b *testing.B) {
				r := newRig()
				defer r.close()
				v, err := p.figure(r, b.N)
				if notHere(err) {
					b.Skip(err)
				}
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(v, p.benchUnit())
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}
