package main

import (
	"bufio"
	"fmt"
	"path"
	"slices"

	"github.com/spf13/cobra"

	"github.com/signalbox-go/signalbox/plugins/journal/reader"
)

// entryFilter chooses lines of a journal.
type entryFilter struct {
	tasks   []string
	events  []string
	futures []uint
	failed  bool
}

func newJournalShowCommand(name string) *cobra.Command {
	var f entryFilter
	format := "text"
	cmd := &cobra.Command{
		Use:   "show FILE",
		Short: "Show the lines of a journal",
		Long: `Shows the lines of a journal for people, or those chosen as they are. What has
to be of several things at once is given by several flags; one flag given
several times chooses either.

` + journalExitCodes,
		Example: "  " + name + " journal show journal.jsonl --failed\n" +
			"  " + name + " journal show journal.jsonl --task count --event 'on_res*' -o jsonl",
		Args: oneJournal,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := isTextOrLines(format); err != nil {
				return err
			}
			if err := f.check(); err != nil {
				return err
			}
			return readJournal(cmd, name, args[0], func(j *reader.Journal, w *bufio.Writer) error {
				for e, err := range j.Entries() {
					if err != nil {
						return err
					}
					if cmd.Context().Err() != nil {
						return nil
					}
					if !f.chooses(&e) {
						continue
					}
					if err := printEntry(w, &e, format); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
	cmd.Flags().StringArrayVar(&f.tasks, "task", nil, "name of a task whose lines to show")
	cmd.Flags().StringArrayVar(&f.events, "event", nil, "event, or type of line, to show, such as result, 'on_fut*' or worker; on_ may be left out")
	cmd.Flags().UintSliceVar(&f.futures, "future", nil, "number of a future whose lines to show")
	cmd.Flags().BoolVar(&f.failed, "failed", false, "show what went wrong: exceptions, lost workers, stops with an error, gaps")
	cmd.Flags().StringVarP(&format, "output", "o", format, "form of the output: text or jsonl")
	return cmd
}

func (f *entryFilter) check() error {
	for _, pattern := range f.events {
		if _, err := path.Match(pattern, ""); err != nil || pattern == "" {
			return fmt.Errorf("--event %q: it must be the name of an event, such as on_result; * and ? stand for any", pattern)
		}
	}
	return nil
}

func (f *entryFilter) chooses(e *reader.Entry) bool {
	return (len(f.tasks) == 0 || e.Task != "" && slices.Contains(f.tasks, e.Task)) &&
		(len(f.futures) == 0 || e.Future > 0 && slices.Contains(f.futures, uint(e.Future))) &&
		(len(f.events) == 0 || slices.ContainsFunc(f.events, func(pattern string) bool { return hasEvent(e, pattern) })) &&
		(!f.failed || hasFailed(e))
}

func hasEvent(e *reader.Entry, pattern string) bool {
	for _, name := range append([]string{e.Type}, e.Events...) {
		for _, p := range []string{pattern, "on_" + pattern} {
			if ok, _ := path.Match(p, name); ok { // checked
				return true
			}
		}
	}
	return false
}

func hasFailed(e *reader.Entry) bool {
	switch e.Type {
	case reader.TypeException, reader.TypeGap:
		return true
	case reader.TypeWorker:
		var c reader.WorkerChange
		return e.Decode(&c) == nil && c.State == "lost"
	case reader.TypeStop:
		var s reader.Stop
		return e.Decode(&s) == nil && s.Error != nil
	}
	return false
}
