package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/signalbox-go/signalbox/framework/job"
	"github.com/signalbox-go/signalbox/framework/view"
)

// The parts of a report that stand there if there is something to tell. Texts
// come from tasks, who do not get to speak to the terminal.

// printErrors tells what tasks failed with. It may be written nowhere else.
func printErrors(out *strings.Builder, sum *job.Summary) {
	for _, g := range sum.Errors {
		name := view.Clean(g.Task)
		if g.Count == 1 {
			fmt.Fprintf(out, "error of %s: %s\n", name, clean(g.Sample))
		} else {
			fmt.Fprintf(out, "%d errors of %s, such as: %s\n", g.Count, name, clean(g.Sample))
		}
		inputs := make([]string, len(g.Inputs))
		for i, in := range g.Inputs {
			inputs[i] = clean(string(in))
		}
		fmt.Fprintf(out, "    of #%d; inputs: %s", g.Future, strings.Join(inputs, ", "))
		if g.Count > uint64(len(inputs)) {
			fmt.Fprint(out, ", …")
		}
		fmt.Fprintln(out)
	}
	if sum.OtherErrors > 0 {
		fmt.Fprintf(out, "and %d errors unlike these\n", sum.OtherErrors)
	}
	if len(sum.Errors) > 0 {
		fmt.Fprintln(out)
	}
}

func printRefusals(out *strings.Builder, sum *job.Summary) {
	for _, r := range sum.Refusals {
		fmt.Fprintf(out, "%d refused of %s: %s\n", r.Count, view.Clean(r.Task), clean(r.Reason))
	}
	if len(sum.Refusals) > 0 {
		fmt.Fprintln(out)
	}
}

func printRetries(out *strings.Builder, sum *job.Summary) {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(sum.Tasks)) {
		if n := sum.Tasks[name].Retries; n > 0 {
			all = append(all, fmt.Sprintf("%s %d", view.Clean(name), n))
		}
	}
	if len(all) > 0 {
		fmt.Fprintf(out, "further attempts: %s\n\n", strings.Join(all, ", "))
	}
}

func printSlowest(out *strings.Builder, sum *job.Summary) {
	if len(sum.Slowest) == 0 {
		return
	}
	t := &table{}
	rows := make([][]any, len(sum.Slowest))
	for i, s := range sum.Slowest {
		rows[i] = []any{s.Task, s.Future, secondsOf(s.Elapsed), s.Outcome, cut(oneLine(string(s.Input)))}
	}
	t.rows("slowest future took ended-as input", rows)
	fmt.Fprintln(out, t)
}

func printLost(out *strings.Builder, sum *job.Summary) {
	last := sum.Workers.Last
	if sum.Workers.Lost == 0 {
		return
	}
	if more := sum.Workers.Lost - uint64(len(last)); more > 0 {
		fmt.Fprintf(out, "%d workers were lost before these:\n", more)
	}
	for _, l := range last {
		fmt.Fprintf(out, "lost worker %d of %s (pid %d): %s\n", l.Worker, view.Clean(l.Plugin), l.PID, clean(l.Error))
	}
	fmt.Fprintln(out)
}

// clean makes a line of a text that comes from elsewhere.
func clean(text string) string { return cut(oneLine(harmless(text))) }
