package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/signalbox-go/signalbox/benchmarks/peer"
	"github.com/signalbox-go/signalbox/sdk"
)

func main() {
	serve()
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "benchmarks:", err)
		os.Exit(1)
	}
}

// serve makes the processes that peers, workers and event plugins are, which
// are this program again, do their part.
func serve() {
	peer.ServeIfPeer()
	sdk.ServeIfPlugin(parts...)
}

func run() error {
	folder := flag.String("o", ".", "`folder` in which bench.json and bench.txt are written")
	rounds := flag.Int("rounds", 5, "how often the probes of a group take turns; an odd number")
	only := flag.String("run", "", "measure only groups whose name matches this `regexp`")
	flag.Parse()
	pattern, err := regexp.Compile(*only)
	if err != nil {
		return fmt.Errorf("-run: %w", err)
	}
	if *rounds < 1 || flag.NArg() > 0 {
		return fmt.Errorf("rounds must be 1 or more, and there are no arguments: see -help")
	}

	began := time.Now()
	machine := describeMachine()
	fmt.Println(machine)
	lines, err := os.Create(filepath.Join(*folder, "bench.txt"))
	if err != nil {
		return err
	}
	defer lines.Close()
	writeBenchHeader(lines, machine)
	var results []result
	var errs []error
	fmt.Println()
	printHead(os.Stdout)
	for _, g := range suite {
		if !pattern.MatchString(g.name) {
			continue
		}
		m, err := g.measure(*rounds)
		errs = append(errs, err)
		for _, r := range g.results(m) {
			printRow(os.Stdout, r)
			results = append(results, r)
		}
		// After each group, so that what has been measured is not lost.
		if err := writeBenchLines(lines, g, m); err != nil {
			return err
		}
		if err := writeJSON(filepath.Join(*folder, "bench.json"), results); err != nil {
			return err
		}
	}
	fmt.Printf("\n%s; each figure is the median of %d rounds; %.0f s.\n", summary(results), *rounds, time.Since(began).Seconds())
	return errors.Join(errs...)
}
