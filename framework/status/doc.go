// Package status tells how a run of a scheduler fares, as plain data:
//
//	w := status.New(s)
//	…
//	run := w.Look(false) // a [view.Run]: counts, rates, workers, event plugins, failures
//
// It costs nothing between two looks: the scheduler counts for itself, and
// nothing is told to a watch. A look takes some microseconds for each worker
// and each of the hundred busiest tasks; the processor time and memory of
// workers, and quantiles, are not read again within a second.
//
// Rates are those of the last few seconds, as far as somebody looked: the first
// look has those since the start of the run. All displays of a run should
// therefore share one watch, on which any number of goroutines may look.
package status
