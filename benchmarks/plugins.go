package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/framework/eventplugin"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/plugins/logging"
	"github.com/signalbox-go/signalbox/plugins/metrics"
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
const books = "logging to a file, metrics"

// bookkeepers are the plugins that come with the host and write down all that
// happens.
func (r *rig) bookkeepers() (hub *eventplugin.Hub, totals string, err error) {
	folder, err := r.folder()
	if err != nil {
		return nil, "", err
	}
	totals = filepath.Join(folder, "totals.prom")
	return eventplugin.New(
		eventplugin.Self(metrics.Name, eventplugin.Config(metrics.Config{Listen: ":0", Textfile: totals})),
		eventplugin.Self(logging.Name, eventplugin.Config(logging.Config{
			File: filepath.Join(folder, "events.log"), Format: "json", MaxSize: 100, MaxBackups: 1,
		})),
	), totals, nil
}

// checkTotals finds counters that are not exact.
func checkTotals(file string, tasks int) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	for _, name := range []string{"signalbox_tasks_submitted_total{", `signalbox_tasks_finished_total{outcome="result",`} {
		_, line, _ := strings.Cut("\n"+string(data), "\n"+name)
		line, _, _ = strings.Cut(line, "\n")
		_, value, _ := strings.Cut(line, "} ")
		if n, err := strconv.ParseFloat(value, 64); err != nil || n != float64(tasks) {
			return fmt.Errorf("%s…} is %q, not %d", name, value, tasks)
		}
	}
	return nil
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
	hub, totals, err := r.bookkeepers()
	if err != nil {
		return 0, err
	}
	// What plugins miss is logged, which would be many lines.
	w.options = append(w.options, scheduler.Observed(hub), scheduler.Logger(slog.New(slog.DiscardHandler)))
	took, err := w.run()
	if err == nil {
		err = errors.Join(checkBooks(hub, w.n), checkTotals(totals, w.n))
	}
	return float64(w.n) / took.Seconds(), err
}

// sleeper is an event plugin that deals with one event in ten seconds.
var sleeper = sdk.EventPlugin("sleeper", func(s *sdk.Scheduler, _ struct{}) error {
	s.OnFutureDone.Do(func(sdk.FutureDone) { time.Sleep(10 * time.Second) })
	return nil
})

var besideSleeper = &probe{name: "spin-2ms-beside-sleeper", unit: "s", lower: true, n: 1_500, figure: func(_ *rig, n int) (float64, error) {
	hub := eventplugin.New(eventplugin.Self("sleeper", eventplugin.FlushWithin(100*time.Millisecond)))
	w := spins(slices.Repeat([]int{2}, n))
	w.options = []scheduler.Option{scheduler.Observed(hub), scheduler.Logger(slog.New(slog.DiscardHandler))}
	took, err := w.run()
	if r := hub.Reports()[0]; err == nil && r.Acknowledged+r.Missed+r.Undelivered != r.Emitted {
		err = fmt.Errorf("of %d records, %d were acknowledged, %d missed and %d undelivered", r.Emitted, r.Acknowledged, r.Missed, r.Undelivered)
	}
	return took.Seconds(), err
}}

var besideNobody = &probe{name: "spin-2ms", unit: "s", lower: true, n: 1_500, figure: func(_ *rig, n int) (float64, error) {
	took, err := spins(slices.Repeat([]int{2}, n)).run()
	return took.Seconds(), err
}}
