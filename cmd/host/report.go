package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/signalbox-go/signalbox/framework/job"
	"github.com/signalbox-go/signalbox/framework/view"
)

// printReport tells how a run ended: in a sentence, a line per task, and the
// tree.
func printReport(w io.Writer, r *job.Result) error {
	out := &strings.Builder{}
	fmt.Fprintf(out, "%v, after %v\n", r.Exit, r.Exit.Elapsed.Round(time.Millisecond))
	if r.Err != nil {
		fmt.Fprintf(out, "error: %s\n", withoutPackage(r.Err.Error()))
	}
	fmt.Fprintln(out)
	printTasks(out, r)
	printErrors(out, &r.Summary)
	printRefusals(out, &r.Summary)
	printRetries(out, &r.Summary)
	printSlowest(out, &r.Summary)
	printLost(out, &r.Summary)
	printPlugins(out, r)
	if r.Written != "" {
		fmt.Fprintf(out, "results: %s (%d lines)\n\n", r.Written, r.Lines)
	}
	fmt.Fprint(out, r.Scheduler)
	if _, err := io.WriteString(w, harmless(out.String())); err != nil {
		return fmt.Errorf("the report cannot be written: %w", err)
	}
	return nil
}

func printTasks(out *strings.Builder, r *job.Result) {
	tasks := r.Scheduler.Tasks()
	if len(tasks) == 0 {
		return
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "task\tsubmitted\tresults\texceptions\tcancelled\trefused\tp50\tp99\tper second\t")
	for _, t := range tasks {
		n := t.Stats()
		rate := "-"
		if seconds := r.Exit.Elapsed.Seconds(); seconds > 0 {
			rate = strconv.FormatFloat(float64(n.Results+n.Exceptions)/seconds, 'f', 1, 64)
		}
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%d\t%v\t%v\t%s\t\n", t.Name(), n.Submitted, n.Results, n.Exceptions,
			n.Cancelled, n.Refused, short(n.P50), short(n.P99), rate)
	}
	_ = table.Flush() // to memory
	fmt.Fprintln(out)
}

// printPlugins tells how the event plugins fared.
func printPlugins(out *strings.Builder, r *job.Result) {
	if len(r.Plugins) == 0 {
		return
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "event plugin\trecords\tacknowledged\tmissed\tundelivered\trestarts\t")
	for _, p := range r.Plugins {
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%d\t\n", p.Name, p.Emitted, p.Acknowledged, p.Missed, p.Undelivered, p.Restarts)
	}
	_ = table.Flush() // to memory
	for _, p := range r.Plugins {
		if p.Err != nil {
			fmt.Fprintf(out, "event plugin %s: %s\n", view.Clean(p.Name), view.Clean(oneLine(p.Err.Error())))
		}
	}
	fmt.Fprintln(out)
}

// short rounds a duration to three digits or so.
func short(d time.Duration) time.Duration {
	for _, unit := range []time.Duration{time.Second, time.Millisecond, time.Microsecond} {
		if d >= 10*unit {
			return d.Round(unit / 10)
		}
	}
	return d
}
