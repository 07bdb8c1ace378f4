//go:build linux

// Faults does to Signalbox what goes wrong where people use it, many times, and
// prints what became of it; see package faultstest.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/faults/faultstest"
)

func main() {
	faultstest.Serve()
	times := flag.Int("times", 10, "how often each case is run")
	only := flag.String("only", "", "run only cases whose names have this in them, chaos and soak among them")
	seed := flag.Uint64("seed", uint64(time.Now().UnixNano()), "seed of the chaos")
	calls := flag.Int("calls", 100_000, "calls of the chaos")
	kills := flag.Int("kills", 1000, "workers that the chaos kills")
	soak := flag.Int("soak", 1_000_000, "calls of the soak")
	flag.Parse()

	failed := false
	fmt.Printf("%s/%s, %d CPUs, seed %d\n\n| Case | Times | Outcome |\n| --- | --- | --- |\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), *seed)
	run := func(c faultstest.Case, times int) {
		if strings.Contains(c.Name, *only) && times > 0 {
			failed = row(c, times) || failed
		}
	}
	for _, c := range faultstest.Cases() {
		run(c, *times)
	}
	run(faultstest.Chaos{Seed: *seed, Calls: *calls, Kills: *kills, Every: 50 * time.Millisecond}.Case(), min(*times, 1))
	run(faultstest.Soak{Calls: *soak}.Case(), min(*times, 1))
	if failed {
		os.Exit(1)
	}
}

// row runs a case and prints its row. It reports whether the case has failed.
func row(c faultstest.Case, times int) bool {
	wrong, notes := 0, ""
	for range times {
		r := &report{}
		done := make(chan struct{})
		go func() { defer close(done); faultstest.Run(r, c) }()
		<-done
		if len(r.problems) > 0 {
			wrong++
			fmt.Fprintf(os.Stderr, "%s:\n%s\n", c.Name, strings.Join(r.problems, "\n"))
		}
		notes = strings.Join(r.notes, "; ")
	}
	outcome := "as it should be"
	if wrong > 0 {
		outcome = fmt.Sprintf("wrong %d times", wrong)
	}
	if notes != "" {
		outcome += ": " + notes
	}
	fmt.Printf("| %s | %d | %s |\n", c.Name, times, outcome)
	return wrong > 0
}

// report is what a case reports to; it implements [faultstest.T].
type report struct{ problems, notes []string }

// Errorf takes note of what is wrong.
func (r *report) Errorf(format string, args ...any) {
	r.problems = append(r.problems, fmt.Sprintf(format, args...))
}

// FailNow ends the case.
func (r *report) FailNow() { runtime.Goexit() }

// Logf takes note of what is to be told.
func (r *report) Logf(format string, args ...any) {
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}
