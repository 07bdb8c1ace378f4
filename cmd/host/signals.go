package main

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/signalbox-go/signalbox/framework/job"
)

// signalWatch turns signals into the end of a run.
type signalWatch struct {
	ch   chan os.Signal
	wg   sync.WaitGroup
	seen bool // read after stop
}

// watchSignals stops the job at the first SIGINT or SIGTERM and kills what
// runs at the second. A third one ends the process as if nobody watched, which
// is for on blocks that hang; the plugins end with their host.
func watchSignals(j *job.Job, stderr io.Writer, name string) *signalWatch {
	w := &signalWatch{ch: make(chan os.Signal, 2)}
	signal.Notify(w.ch, os.Interrupt, syscall.SIGTERM)
	w.wg.Go(func() {
		for sig := range w.ch {
			if !w.seen {
				w.seen = true
				fmt.Fprintf(stderr, "%s: %v: finishing what runs and cancelling what waits; once more kills what runs\n", name, sig)
				j.Stop("stopped by signal: " + sig.String())
				continue
			}
			signal.Stop(w.ch)
			fmt.Fprintf(stderr, "%s: %v: killing what runs; once more ends at once\n", name, sig)
			j.Kill("killed by signal: " + sig.String())
		}
	})
	return w
}

// stop ends the watch and reports whether there was a signal.
func (w *signalWatch) stop() bool {
	signal.Stop(w.ch)
	close(w.ch)
	w.wg.Wait()
	return w.seen
}
