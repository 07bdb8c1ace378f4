package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"github.com/signalbox-go/signalbox/framework/view"
	"github.com/signalbox-go/signalbox/framework/view/live"
)

// displayFlags are the flags for what is shown while something runs.
type displayFlags struct{ mode string }

const displayFlag = "display"

func (f *displayFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.mode, displayFlag, "", "what is shown while the job runs: live for a screen that changes, plain for a line now and then, none for nothing; the default is live on a terminal, unless the log is JSON, and plain elsewhere")
}

// check finds what is wrong with what was given.
func (f *displayFlags) check(stderr io.Writer) error {
	switch live.Mode(f.mode) {
	case live.Auto, live.Plain, live.None:
		return nil
	case live.Live:
		if err := live.Capable(fileOf(stderr)); err != nil {
			return fmt.Errorf("--display live: standard error cannot be drawn on: %w: leave the option out, or use plain", err)
		}
		return nil
	}
	return fmt.Errorf("--display %q: it must be live, plain or none", f.mode)
}

// screen returns the screen on standard error, over which everything goes there
// from now on.
func (f *displayFlags) screen(stderr io.Writer, c *console) *live.Screen {
	opts := live.Options{Mode: live.Mode(f.mode), Interrupt: interruptSelf, Tell: c.tell}
	if opts.Mode == live.Auto && c.records != nil {
		opts.Mode = live.Plain
	}
	shared, ok := stderr.(*lockedWriter)
	if !ok {
		return live.New(stderr, opts)
	}
	var s *live.Screen
	shared.through(func(w io.Writer) io.Writer {
		s = live.New(w, opts)
		return s
	})
	return s
}

// tell tells how a run fares.
func (c *console) tell(r view.Run) {
	n := r.Counts
	attrs := []any{"run", r.Name, "phase", string(r.Phase), "elapsed_s", r.Elapsed.Seconds(), "submitted", n.Submitted, "done", n.Ended(),
		"failed", n.Exceptions, "running", n.Running, "cancelled", n.Cancelled, "per_second", r.Rate}
	if r.Left > 0 {
		attrs = append(attrs, "left_s", r.Left.Seconds())
	}
	if r.Exit != "" {
		attrs = append(attrs, "exit", r.Exit)
	}
	c.say(live.Line(r), slog.LevelInfo, "progress", attrs...)
}

// interruptSelf does what Ctrl-C would do if no screen were drawn.
func interruptSelf() {
	if p, err := os.FindProcess(os.Getpid()); err == nil {
		_ = p.Signal(os.Interrupt) // which Windows cannot do: there a run is stopped by the key for it
	}
}

// fileOf returns the file that a writer is, nil for none.
func fileOf(w io.Writer) *os.File {
	if l, ok := w.(*lockedWriter); ok {
		w = l.writer()
	}
	f, _ := w.(*os.File)
	return f
}
