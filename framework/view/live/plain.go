package live

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/framework/view"
	"github.com/signalbox-go/signalbox/framework/view/internal/text"
)

const (
	// plainEvery is the time between two lines where nothing is drawn.
	plainEvery = 10 * time.Second
	// plainLook is how often it is looked whether the phase has changed.
	plainLook = 250 * time.Millisecond
)

// Line tells in a line how a run fares. Names in it are clean.
func Line(r view.Run) string {
	var f text.Form
	var b strings.Builder
	phase := string(r.Phase)
	if r.Paused && r.Phase == view.Running {
		phase = "paused"
	}
	fmt.Fprintf(&b, "%s: %s", f.Clean(r.Name), f.Clean(phase))
	if r.Exit != "" {
		fmt.Fprintf(&b, " (%s)", f.Clean(firstLine(r.Exit)))
	}
	if r.Elapsed > 0 {
		fmt.Fprintf(&b, " after %v", r.Elapsed.Round(time.Millisecond*100))
	}
	c := r.Counts
	if r.Phase == view.Starting || r.Phase == view.NotStarted {
		return b.String()
	}
	fmt.Fprintf(&b, ", %d submitted, %d done, %d failed, %d running", c.Submitted, c.Ended(), c.Exceptions, c.Running)
	if c.Cancelled > 0 {
		fmt.Fprintf(&b, ", %d cancelled", c.Cancelled)
	}
	if r.Phase != view.Ended {
		fmt.Fprintf(&b, ", %.3g/s", r.Rate)
	}
	if r.Left > 0 {
		fmt.Fprintf(&b, ", about %v left", r.Left.Round(time.Second))
	}
	return b.String()
}

// plainly tells how a run fares in lines, at each change of phase and now and
// then, until ctx ends.
func (s *Screen) plainly(ctx context.Context, src Source) {
	tick := time.NewTicker(plainLook)
	defer tick.Stop()
	for {
		run, err := src.Look(ctx, false)
		if ctx.Err() != nil {
			return
		}
		s.failed(err)
		if err != nil {
			return
		}
		s.tell(run, plainEvery)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// tell tells how the run fares if it is in another phase than it was told to be
// in, or some time has gone by.
func (s *Screen) tell(run view.Run, every time.Duration) {
	if run.Phase == s.phase && run.Taken.Sub(s.told) < every {
		return
	}
	s.phase, s.told = run.Phase, run.Taken
	s.opts.Tell(run)
}
