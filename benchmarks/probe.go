package main

import (
	"errors"
	"fmt"
	"runtime"
	"slices"

	"github.com/signalbox-go/signalbox/benchmarks/peer"
)

// probe is one thing that is measured.
type probe struct {
	name  string
	unit  string
	lower bool // less is better
	// n is how many of what it measures make a good measurement, which should
	// take about a second.
	n int
	// noted is the figure that a peer is known to reach on two cores of an AMD
	// EPYC; 0 for none.
	noted float64
	// figure measures n of them, and checks that they were done. Rigs are kept
	// for all measurements of a group.
	figure func(r *rig, n int) (float64, error)
}

// group are rows whose probes take turns.
type group struct {
	name string
	rows []row
}

// row sets ours against a peer.
type row struct {
	name    string
	ours    *probe
	against string // what the peer is
	peer    *probe // nil where the bar is a figure by itself
	// bar and goal are ratios, ours to the peer's, or without a peer figures; 0
	// for none.
	bar, goal float64
}

// probes are those of the group's rows, each once.
func (g group) probes() []*probe {
	var all []*probe
	for _, r := range g.rows {
		for _, p := range []*probe{r.ours, r.peer} {
			if p != nil && !slices.Contains(all, p) {
				all = append(all, p)
			}
		}
	}
	return all
}

// measured are the figures of each probe, one to a round. Those that failed, or
// cannot be measured on this machine, are not there.
type measured map[*probe][]float64

func (g group) measure(rounds int) (measured, error) {
	r := newRig()
	defer r.close()
	m, failed := measured{}, map[*probe]bool{}
	var errs []error
	for range rounds {
		for _, p := range g.probes() {
			if failed[p] {
				continue
			}
			runtime.GC() // what others have left behind is not this one's
			v, err := p.figure(r, p.n)
			if err == nil {
				m[p] = append(m[p], v)
				continue
			}
			failed[p] = true
			delete(m, p)
			if !notHere(err) {
				errs = append(errs, fmt.Errorf("%s, %s: %w", g.name, p.name, err))
			}
		}
	}
	return m, errors.Join(errs...)
}

// errNotHere is the error of what this system cannot measure.
var errNotHere = errors.New("cannot be measured on this system")

func notHere(err error) bool { return errors.Is(err, errNotHere) || errors.Is(err, peer.ErrNoPython) }

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}
