package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/signalbox-go/signalbox/framework/job"
	"github.com/signalbox-go/signalbox/plugins/journal/reader"
)

func newJournalCommand(name string) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "journal",
		Short: "Read journals",
		Long: `Reads journals: the files that the event plugin journal writes, plain or
compressed, together with those that were rotated. They may be read while they
are written, and after a crash.`,
		Example: "  " + name + " journal show journal.jsonl --failed\n" +
			"  " + name + " journal stats journal.jsonl\n" +
			"  " + name + " journal tail -f journal.jsonl",
		Args: oneOfCommands,
		RunE: commandNeeded,
	}
	cmd.AddCommand(newJournalShowCommand(name), newJournalStatsCommand(name), newJournalTailCommand(name))
	return cmd
}

func oneJournal(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("one journal is needed, not %d arguments", len(args))
	}
	return nil
}

const journalExitCodes = `Exit codes: 0 all is well, 1 the output cannot be written, 2 wrong usage, or the
journal cannot be read, 130 interrupted.`

// readJournal opens a journal, has fn read it, and tells what it could not.
func readJournal(cmd *cobra.Command, name, path string, fn func(*reader.Journal, *bufio.Writer) error) error {
	ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	cmd.SetContext(ctx)
	j, err := reader.Open(path)
	if err != nil {
		return &codeError{code: job.CodeUsage, err: err}
	}
	defer func() { _ = j.Close() }() // it was only read
	out := bufio.NewWriterSize(cmd.OutOrStdout(), 64<<10)
	err = fn(j, out)
	written := out.Flush()
	tell := consoleOf(cmd, name, cmd.ErrOrStderr())
	if n := j.Removed(); n > 0 {
		fmt.Fprintf(tell.w, "%s: %s: %d rotated files were removed before they could be read\n", name, path, n)
	}
	var coded *codeError
	switch {
	case written != nil:
		return output(written)
	case ctx.Err() != nil:
		return &codeError{code: job.CodeInterrupted}
	case errors.As(err, &coded):
		return err
	case err != nil:
		return &codeError{code: job.CodeUsage, err: err}
	}
	if n := j.Torn(); n > 0 {
		fmt.Fprintf(tell.w, "%s: %s: the last %d bytes are no whole line and were left out: the journal is being written, or its writer was killed\n", name, path, n)
	}
	return nil
}

// isTextOrLines checks the form of the output of show and tail.
func isTextOrLines(format string) error {
	if format != "text" && format != "jsonl" {
		return fmt.Errorf("--output %q: it must be text or jsonl", format)
	}
	return nil
}

// printEntry writes a line of a journal, as it is or for people. The error is
// that of all writing.
func printEntry(w *bufio.Writer, e *reader.Entry, format string) error {
	if format == "jsonl" {
		if _, err := w.Write(e.Line); err != nil {
			return output(err)
		}
		return output(w.WriteByte('\n'))
	}
	_, err := io.WriteString(w, entryText(e))
	return output(err)
}
