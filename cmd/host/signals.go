package main

import (
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// signalWatch turns signals into the end of a run.
type signalWatch struct {
	ch   chan os.Signal
	wg   sync.WaitGroup
	seen bool // read after stop
}

// stoppable is what signals end: a job, or a map.
type stoppable interface {
	Stop(message string)
	Kill(message string)
}

// watchSignals stops the job at the first SIGINT or SIGTERM, or when its
// terminal has gone, and kills what runs at the second. A third one ends the
// process as if nobody watched, which is for on blocks that hang; the plugins end
// with their host. Before, restore gives the terminal back.
func watchSignals(j stoppable, console *console, restore func()) *signalWatch {
	w := &signalWatch{ch: make(chan os.Signal, 2)}
	signal.Notify(w.ch, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		signal.Notify(w.ch, syscall.SIGHUP)
	}
	w.wg.Go(func() {
		for sig := range w.ch {
			if w.seen && sig == syscall.SIGHUP {
				continue // the shell and the system both tell of the end of a terminal
			}
			if !w.seen {
				w.seen = true
				console.signal(sig, "finishing what runs and cancelling what waits; once more kills what runs")
				j.Stop("stopped by signal: " + sig.String())
				continue
			}
			signal.Stop(w.ch)
			console.signal(sig, "killing what runs; once more ends at once")
			j.Kill("killed by signal: " + sig.String())
			restore()
		}
	})
	return w
}

// signal tells what comes of a signal.
func (c *console) signal(sig os.Signal, text string) {
	c.say(fmt.Sprintf("%s: %v: %s", c.name, sig, text), slog.LevelWarn, text, "signal", sig.String())
}

// stop ends the watch and reports whether there was a signal.
func (w *signalWatch) stop() bool {
	signal.Stop(w.ch)
	close(w.ch)
	w.wg.Wait()
	return w.seen
}
