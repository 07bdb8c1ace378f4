package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/signalbox-go/signalbox/framework/job"
)

// console is standard error, for what the command says itself: as text for
// people or, where the log is JSON, as records, so that every line there is
// one.
type console struct {
	name    string // of the program
	w       io.Writer
	records *slog.Logger // nil for text
}

// consoleOf returns the console as the flags of cmd want it, whether or not
// they are right.
func consoleOf(cmd *cobra.Command, name string, stderr io.Writer) *console {
	c := &console{name: name, w: stderr}
	if format := cmd.Flags().Lookup(formatFlag); format != nil && format.Value.String() == "json" {
		c.records = slog.New(slog.NewJSONHandler(stderr, nil))
	}
	return c
}

// say prints a line or, with the level, logs a message.
func (c *console) say(line string, level slog.Level, msg string, attrs ...any) {
	if c.records == nil {
		fmt.Fprintln(c.w, line)
		return
	}
	c.records.Log(context.Background(), level, msg, attrs...)
}

// fail tells an error, and where to read on. Mistakes of a job file begin with
// their places.
func (c *console) fail(err error, hint string) {
	var mistakes *job.DiagnosticsError
	switch {
	case err == nil:
	case !errors.As(err, &mistakes):
		text := harmless(withoutPackage(err.Error()))
		line, attrs := c.name+": "+text, []any(nil)
		if hint != "" {
			line, attrs = line+"\n"+hint, []any{"hint", hint}
		}
		c.say(line, slog.LevelError, text, attrs...)
	case c.records == nil:
		fmt.Fprintln(c.w, harmless(err.Error()))
	default:
		for _, d := range mistakes.Diagnostics {
			attrs := []any{"detail", d.Detail}
			if d.Subject != nil {
				attrs = append(attrs, "at", fmt.Sprintf("%s:%d:%d", d.Subject.Filename, d.Subject.Start.Line, d.Subject.Start.Column))
			}
			c.records.Error(d.Summary, attrs...)
		}
	}
}

// Write takes a text of several lines, which is one record.
func (c *console) Write(text []byte) (int, error) {
	if c.records == nil {
		return c.w.Write(text)
	}
	c.records.Info("report", "text", string(bytes.TrimSpace(text)))
	return len(text), nil
}
