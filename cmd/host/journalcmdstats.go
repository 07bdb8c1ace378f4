package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/signalbox-go/signalbox/plugins/journal/reader"
	"github.com/signalbox-go/signalbox/plugins/journal/stats"
)

func newJournalStatsCommand(name string) *cobra.Command {
	format := "table"
	cmd := &cobra.Command{
		Use:   "stats FILE",
		Short: "Sum up a journal",
		Long: `Sums up each run of a journal: outcomes and durations by task, the slowest
futures, errors grouped by message, when futures ended, lost workers, and counts
of all events. Messages that differ by numbers and quoted text only are one
group, of which the first is shown.

` + journalExitCodes,
		Example: "  " + name + " journal stats journal.jsonl\n" +
			"  " + name + " journal stats journal.jsonl -o json",
		Args: oneJournal,
		RunE: func(cmd *cobra.Command, args []string) error {
			if format != "table" && format != "json" {
				return fmt.Errorf("--output %q: it must be table or json", format)
			}
			return readJournal(cmd, name, args[0], func(j *reader.Journal, w *bufio.Writer) error {
				runs, err := stats.Of(j)
				if err != nil {
					return err
				}
				if format == "json" {
					enc := json.NewEncoder(w)
					enc.SetIndent("", "  ")
					return output(enc.Encode(map[string]any{"runs": runs}))
				}
				for i, r := range runs {
					if i > 0 {
						fmt.Fprintln(w)
					}
					printRun(w, r)
				}
				return nil
			})
		},
	}
	cmd.Flags().StringVarP(&format, "output", "o", format, "form of the output: table or json")
	return cmd
}

// printRun sums up a run. What cannot be written is told at the end.
func printRun(w io.Writer, r *stats.Run) {
	fmt.Fprintf(w, "run %s, started %s\n", r.Name, r.Started.UTC().Format(time.RFC3339Nano))
	switch {
	case r.Summary == nil:
		fmt.Fprintf(w, "no summary: the run goes on, or its host was killed; %d records\n", r.Records)
	case r.Records != r.Summary.Records:
		fmt.Fprintf(w, "%s; %d of them here\n", summaryText(r.Summary), r.Records)
	default:
		fmt.Fprintln(w, summaryText(r.Summary))
	}
	for _, g := range r.Gaps {
		fmt.Fprintf(w, "gap: records %d to %d are missing\n", g.First, g.Last)
	}
	printRunTasks(w, r)
	printRunSlowest(w, r)
	printRunErrors(w, r)
	printRunTimeline(w, &r.Timeline)
	printRunWorkers(w, r)
	printRunEvents(w, r)
}

// printTable prints an empty line, the header, and a line for each of n rows,
// unless there is none. Cells end with tabs; flags are those of text/tabwriter.
func printTable(w io.Writer, flags uint, header string, n int, row func(t io.Writer, i int)) {
	if n == 0 {
		return
	}
	fmt.Fprintln(w)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', flags)
	fmt.Fprintln(t, header)
	for i := range n {
		row(t, i)
	}
	_ = t.Flush() // an error comes back when everything is flushed
}

func printRunTasks(w io.Writer, r *stats.Run) {
	names := slices.Sorted(maps.Keys(r.Tasks))
	printTable(w, tabwriter.AlignRight, "task\tsubmitted\tresults\texceptions\tcancelled\topen\tmean\tp50\tp99\tmax\twaited p50\tp99\t", len(names), func(t io.Writer, i int) {
		n := r.Tasks[names[i]]
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t%v\t%v\t%v\t%v\t%v\t%v\t\n", names[i], n.Submitted, n.Results, n.Exceptions, n.Cancelled, n.Open(),
			short(n.Elapsed.Mean()), short(n.Elapsed.Quantile(50)), short(n.Elapsed.Quantile(99)), short(n.Elapsed.Max()),
			short(n.Wait.Quantile(50)), short(n.Wait.Quantile(99)))
	})
}

func printRunSlowest(w io.Writer, r *stats.Run) {
	printTable(w, 0, "slowest\tfuture\ttook\tended as", len(r.Slowest), func(t io.Writer, i int) {
		s := r.Slowest[i]
		fmt.Fprintf(t, "%s\t%d\t%v\t%s\n", s.Task, s.Future, short(secondsOf(s.Elapsed)), s.Outcome)
	})
}

func printRunErrors(w io.Writer, r *stats.Run) {
	printTable(w, 0, "errors\ttask\tfirst future\tsuch as", len(r.Errors), func(t io.Writer, i int) {
		e := r.Errors[i]
		fmt.Fprintf(t, "%d\t%s\t%d\t%s\n", e.Count, e.Task, e.Future, cut(oneLine(failureText(&reader.Failure{Kind: e.Kind, Message: e.Sample}))))
	})
	if r.OtherErrors > 0 {
		fmt.Fprintf(w, "and %d more, unlike these\n", r.OtherErrors)
	}
}

// chartWidth is how long the longest bar is, in characters.
const chartWidth = 40

func printRunTimeline(w io.Writer, l *stats.Timeline) {
	var most uint64
	for _, b := range l.Buckets {
		most = max(most, b.Ended)
	}
	printTable(w, 0, "after\tended per second", len(l.Buckets), func(t io.Writer, i int) {
		b := l.Buckets[i]
		bar := strings.Repeat("#", int((b.Ended*chartWidth+most-1)/most))
		text := fmt.Sprintf("%s %.0f", bar, float64(b.Ended)/l.Width)
		if b.Failed > 0 {
			text += fmt.Sprintf(", %d failed", b.Failed)
		}
		fmt.Fprintf(t, "%v\t%s\n", secondsOf(float64(i)*l.Width), strings.TrimSpace(text))
	})
}

func printRunWorkers(w io.Writer, r *stats.Run) {
	printTable(w, 0, "lost worker\tpid\tafter\twhy", len(r.Workers.Lost), func(t io.Writer, i int) {
		l := r.Workers.Lost[i]
		fmt.Fprintf(t, "%s %d\t%d\t%v\t%s\n", l.Executor, l.Worker, l.PID, short(l.Time.Sub(r.Started)), cut(oneLine(l.Error)))
	})
	if r.Workers.OtherLost > 0 {
		fmt.Fprintf(w, "and %d more\n", r.Workers.OtherLost)
	}
}

func printRunEvents(w io.Writer, r *stats.Run) {
	names := slices.Sorted(maps.Keys(r.Events))
	printTable(w, 0, "event\temissions", len(names), func(t io.Writer, i int) {
		fmt.Fprintf(t, "%s\t%d\n", names[i], r.Events[names[i]])
	})
}
