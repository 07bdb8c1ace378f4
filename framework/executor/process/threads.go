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
	out := map[string]string{
		// One more, so that what comes from the host is heard while the code computes.
		"GOMAXPROCS": strconv.Itoa(threads + 1),
	}
	for _, name := range threadVars {
		out[name] = strconv.Itoa(threads)
	}
	maps.Copy(out, env)
	return out
}
