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
	for _, g := range suite {
		if !pattern.MatchString(g.name) {
			continue
		}
		begun := time.Now()
		m, err := g.measure(*rounds)
		errs = append(errs, err)
		fmt.Fprintf(os.Stderr, "%s: %.0f s\n", g.name, time.Since(begun).Seconds())
		if err := writeBenchLines(lines, g, m); err != nil {
			return err
		}
		results = append(results, g.results(m)...)
	}
	fmt.Println()
	if err := printTable(os.Stdout, results); err != nil {
		return err
	}
	fmt.Printf("\nThe median of %d rounds each, in %.0f s.\n", *rounds, time.Since(began).Seconds())
	errs = append(errs, writeJSON(filepath.Join(*folder, "bench.json"), results))
	return errors.Join(errs...)
}
