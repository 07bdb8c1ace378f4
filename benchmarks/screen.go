package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/status"
	"github.com/signalbox-go/signalbox/framework/view"
	"github.com/signalbox-go/signalbox/framework/view/live"
)

// Probes of a screen that shows how a run fares.

var (
	shownFlood  = seenFlood("flood-shown", live.Live)
	hiddenFlood = seenFlood("flood-hidden", live.None)
)

// seenFlood is flood, long enough for a few frames, shown in some mode on a
// terminal.
func seenFlood(name string, mode live.Mode) *probe {
	return &probe{name: name, unit: "tasks/s", n: 1_500_000, figure: func(_ *rig, n int) (float64, error) {
		tty, drawn, err := openTerminal()
		if err != nil {
			return 0, err
		}
		w := numbers(n, 10_000)
		w.how = []scheduler.RunOption{live.On(live.New(tty, live.Options{Mode: mode}))}
		took, err := w.run()
		if bytes := drawn(); err == nil && (bytes > 0) != (mode == live.Live) {
			err = fmt.Errorf("%d bytes were drawn in mode %s", bytes, mode)
		}
		return perSecond(n)(took, err)
	}}
}

// screenTime measures the CPU time of a screen over n tenths of a second, as of
// a run of 100,000 tasks a second: the workers are real, and wait.
var screenTime = &probe{name: "screen-time", unit: "% of a core", lower: true, n: 100, figure: func(_ *rig, n int) (float64, error) {
	tty, drawn, err := openTerminal()
	if err != nil {
		return 0, err
	}
	s := scheduler.New(process.Self(processes))
	for i := range 5 {
		scheduler.NewTask(s, next.As(fmt.Sprintf("task-%d", i)))
	}
	if err := s.Start(context.Background()); err != nil {
		return 0, err
	}
	screen := live.New(tty, live.Options{Mode: live.Live})
	time.Sleep(200 * time.Millisecond) // the starts are over
	before, began := cpuTime(), time.Now()
	screen.Show(&busySource{Source: live.Of(status.New(s)), began: began})
	time.Sleep(time.Duration(n) * 100 * time.Millisecond)
	used, took := cpuTime()-before, time.Since(began)
	screen.Close()
	if _, err := s.Wait(); err != nil { // there is nothing to do, so it ends
		return 0, err
	}
	if drawn() == 0 {
		return 0, fmt.Errorf("nothing was drawn")
	}
	if before < 0 {
		return 0, errNotHere
	}
	return 100 * used.Seconds() / took.Seconds(), nil
}}

// busySource is a run in which every figure changes from look to look.
type busySource struct {
	live.Source
	began time.Time
}

// Look implements [live.Source].
func (b *busySource) Look(ctx context.Context, tree bool) (view.Run, error) {
	r, err := b.Source.Look(ctx, tree)
	done := uint64(time.Since(b.began).Seconds() * 100_000)
	r.Counts = view.Counts{Submitted: 2_000_000, Results: done, Exceptions: done / 1000, Running: 2, Waiting: 1_999_998 - done - done/1000}
	r.Rate, r.Total, r.Left = 100_000+float64(done%997), 2_000_000, time.Duration(2_000_000-done)*10*time.Microsecond
	for i := range r.Tasks {
		r.Tasks[i].Counts, r.Tasks[i].Rate, r.Tasks[i].P50 = r.Counts, r.Rate, time.Duration(done)
	}
	for i := range r.Workers {
		r.Workers[i].Task, r.Workers[i].Future, r.Workers[i].State = "task-0", done, view.WorkerBusy
	}
	for i := range uint64(6) {
		r.Failures = append(r.Failures, view.Failure{Time: time.Now(), Task: "task-0", Future: done + i, Error: "no luck with this"})
	}
	return r, err
}

// openTerminal returns a terminal of 120 columns that is read as fast as it is
// written, and what tells how much has been, and closes it.
func openTerminal() (tty *os.File, drawn func() int64, err error) {
	// A screen is drawn where the environment says what the terminal is.
	if err := os.Setenv("TERM", "xterm-256color"); err != nil {
		return nil, nil, err
	}
	if err := os.Setenv("LC_ALL", "C.UTF-8"); err != nil {
		return nil, nil, err
	}
	return openPty()
}
