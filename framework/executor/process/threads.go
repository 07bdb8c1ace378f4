package process

import (
	"maps"
	"runtime"
	"strconv"
)

// threadVars are by what libraries of numerical work, and runtimes, are told how
// many threads to use.
var threadVars = []string{
	"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
	"NUMEXPR_NUM_THREADS", "RAYON_NUM_THREADS", "JULIA_NUM_THREADS",
}

// withThreads returns an environment in which the code of one of several workers
// uses that many threads, 0 for its share of the CPUs.
func withThreads(env map[string]string, threads, workers int) map[string]string {
	if threads == 0 {
		threads = max(1, runtime.GOMAXPROCS(0)/workers)
	}
	// Not one more for what speaks to the host: a second thread of Go's takes turns
	// with the code at every call, which costs tasks of 1 ms a tenth of their
	// throughput and a lone call half of its time. The runtime lets the host be heard
	// all the same, every 10 ms while code computes.
	out := map[string]string{"GOMAXPROCS": strconv.Itoa(threads)}
	for _, name := range threadVars {
		out[name] = strconv.Itoa(threads)
	}
	maps.Copy(out, env)
	return out
}
