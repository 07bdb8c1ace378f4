package main

import (
	"bufio"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/signalbox-go/signalbox/plugins/journal/reader"
)

func newJournalTailCommand(name string) *cobra.Command {
	format, n, follow := "text", 10, false
	cmd := &cobra.Command{
		Use:   "tail FILE",
		Short: "Show the last lines of a journal, and what is being written",
		Long: `Shows the last lines of a journal and, with --follow, those that are being
written, also when the file is rotated: until the run's summary, or Ctrl-C.

` + journalExitCodes,
		Example: "  " + name + " journal tail -n 3 journal.jsonl\n" +
			"  " + name + " journal tail -f journal.jsonl",
		Args: oneJournal,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := isTextOrLines(format); err != nil {
				return err
			}
			if n < 0 {
				return fmt.Errorf("--lines %d is out of range: it must not be negative", n)
			}
			return readJournal(cmd, name, args[0], func(j *reader.Journal, w *bufio.Writer) error {
				// At least one line, which tells whether the run is over.
				last, err := j.Last(max(n, 1))
				if err != nil {
					return err
				}
				for i := max(0, len(last)-n); i < len(last); i++ {
					if err := printEntry(w, &last[i], format); err != nil {
						return err
					}
				}
				if !follow || len(last) > 0 && last[len(last)-1].Type == reader.TypeSummary {
					return nil
				}
				return followJournal(cmd, j, w, format)
			})
		},
	}
	cmd.Flags().IntVarP(&n, "lines", "n", n, "how many of the last lines to show")
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on with what is being written")
	cmd.Flags().StringVarP(&format, "output", "o", format, "form of the output: text or jsonl")
	return cmd
}

// followJournal shows what is being written until the run is over.
func followJournal(cmd *cobra.Command, j *reader.Journal, w *bufio.Writer, format string) error {
	for {
		if err := output(w.Flush()); err != nil {
			return err
		}
		e, err := j.Wait(cmd.Context())
		if err != nil {
			return err
		}
		if err := printEntry(w, &e, format); err != nil || e.Type == reader.TypeSummary {
			return err
		}
	}
}
