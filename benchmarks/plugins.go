package main

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"time"

	"github.com/signalbox-go/signalbox/framework/eventplugin"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/plugins/logging"
	"github.com/signalbox-go/signalbox/sdk"
)

// Probes with event plugins attached.

// counter is an event plugin that hears of every task twice.
var counter = sdk.EventPlugin("counter", func(s *sdk.Scheduler, _ struct{}) error {
	count := 0
	s.OnFutureSubmitted.Do(func(sdk.FutureSubmitted) { count++ })
	s.OnFutureDone.Do(func(sdk.FutureDone) { count++ })
	return nil
})

// events measures how many events one plugin is told, up to the last that it
// has acknowledged. They come from tasks that run in the host itself.
var events = &probe{name: "events", unit: "events/s", n: 400_000, figure: func(_ *rig, n int) (float64, error) {
	hub := eventplugin.New(eventplugin.Self("counter", eventplugin.Lossless(), eventplugin.FlushWithin(time.Minute)))
	w := numbers(n/2+1, 1_000)
	w.executor, w.options = local.Pool(processes), []scheduler.Option{scheduler.Observed(hub)}
	took, err := w.run()
	if err != nil {
		return 0, err
	}
	report := hub.Reports()[0]
	var told uint64
	for _, h := range report.Handlers {
		told += h.Calls
	}
	if told != 2*uint64(w.n) {
		err = fmt.Errorf("the plugin was told %d events, not %d", told, 2*w.n)
	}
	return float64(told) / (took + report.Flush).Seconds(), errors.Join(err, report.Err)
}}

// books names the bookkeepers.
const books = "logging to a file"

// bookkeepers are the plugins that come with the host and write down all that
// happens.
func (r *rig) bookkeepers() (*eventplugin.Hub, error) {
	folder, err := r.folder()
	if err != nil {
		return nil, err
	}
	return eventplugin.New(
		eventplugin.Self(logging.Name, eventplugin.Config(logging.Config{
			File: filepath.Join(folder, "events.log"), Format: "json", MaxSize: 100, MaxBackups: 1,
		})),
	), nil
}

// checkBooks finds plugins that were lost, and records that are not accounted
// for. Each task has two records.
func checkBooks(hub *eventplugin.Hub, tasks int) error {
	var errs []error
	for _, r := range hub.Reports() {
		errs = append(errs, r.Err)
		if r.Acknowledged+r.Missed+r.Undelivered != r.Emitted || r.Emitted < 2*uint64(tasks) || r.Undelivered > 0 {
			errs = append(errs, fmt.Errorf("%s: of %d records for %d tasks, %d were acknowledged, %d missed and %d undelivered",
				r.Name, r.Emitted, tasks, r.Acknowledged, r.Missed, r.Undelivered))
		}
	}
	return errors.Join(errs...)
}

var floodWithBooks = &probe{name: "flood-with-plugins", unit: "tasks/s", n: 400_000, figure: func(r *rig, n int) (float64, error) {
	return withBooks(r, numbers(n, n))
}}

var spunWithBooks = &probe{name: "spin-1ms-with-plugins", unit: "tasks/s", n: 4_000, figure: func(r *rig, n int) (float64, error) {
	return withBooks(r, spins(slices.Repeat([]int{1}, n)))
}}

func withBooks(r *rig, w *work[int, int]) (float64, error) {
	hub, err := r.bookkeepers()
	if err != nil {
		return 0, err
	}
	// What plugins miss is logged, which would be many lines.
	w.options = append(w.options, scheduler.Observed(hub), scheduler.Logger(slog.New(slog.DiscardHandler)))
	took, err := w.run()
	if err == nil {
		err = checkBooks(hub, w.n)
	}
	return float64(w.n) / took.Seconds(), err
}
