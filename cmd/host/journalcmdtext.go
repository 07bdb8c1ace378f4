package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/signalbox-go/signalbox/plugins/journal/reader"
)

// maxShown is how many bytes of a payload are shown to people.
const maxShown = 200

// entryText is a line of a journal for people.
func entryText(e *reader.Entry) string {
	b := &strings.Builder{}
	seq := fmt.Sprint(e.Seq)
	if !e.Record() {
		seq = "-"
	}
	fmt.Fprintf(b, "%s %6s %-9s", e.Time.UTC().Format("2006-01-02T15:04:05.000000Z"), seq, e.Type)
	switch {
	case e.Type == reader.TypeEmitted && e.Task != "":
		fmt.Fprintf(b, " %s.%s", e.Task, e.Events[0])
	case e.Type == reader.TypeEmitted:
		fmt.Fprintf(b, " %s", e.Events[0])
	case e.Future > 0:
		fmt.Fprintf(b, " %s %d", e.Task, e.Future)
	}
	if e.Attempt > 1 {
		fmt.Fprintf(b, ", attempt %d", e.Attempt)
	}
	if e.Worker >= 0 && e.Type != reader.TypeWorker {
		fmt.Fprintf(b, ", worker %d", e.Worker)
	}
	if e.Wait > 0 {
		fmt.Fprintf(b, ", waited %v", short(e.Wait))
	}
	if e.Elapsed > 0 {
		fmt.Fprintf(b, ", took %v", short(e.Elapsed))
	}
	data := dataText(e)
	if data != "" {
		data = ": " + data
	}
	return strings.TrimRight(b.String(), " ") + data + "\n"
}

// dataText is what there is to tell besides.
func dataText(e *reader.Entry) string {
	switch e.Type {
	case reader.TypeException, reader.TypeCancelled:
		return told(e, failureText)
	case reader.TypeStop:
		return told(e, stopText)
	case reader.TypeWorker:
		return told(e, func(c *reader.WorkerChange) string { return workerText(e.Worker, c) })
	case reader.TypeRun:
		return told(e, runText)
	case reader.TypeGap:
		return told(e, gapText)
	case reader.TypeSummary:
		return told(e, summaryText)
	}
	return payloadText(e)
}

// told is the text of a payload, or the payload if it is anything else.
func told[T any](e *reader.Entry, text func(*T) string) string {
	var data T
	if e.Decode(&data) != nil {
		return payloadText(e)
	}
	return cut(oneLine(text(&data)))
}

// failureText is a failure with its kind, which many messages begin with.
func failureText(f *reader.Failure) string {
	return f.Kind + ": " + strings.TrimPrefix(f.Message, f.Kind+": ")
}

func stopText(s *reader.Stop) string {
	if s.Error == nil {
		return s.Message
	}
	return s.Message + ": " + failureText(s.Error)
}

func workerText(worker int, c *reader.WorkerChange) string {
	text := fmt.Sprintf("%s %d (pid %d) %s", c.Executor, worker, c.PID, c.State)
	if c.Error != "" {
		text += ": " + c.Error
	}
	return text
}

func gapText(g *reader.Gap) string {
	return fmt.Sprintf("records %d to %d are missing", g.First, g.Last)
}

func runText(r *reader.Run) string {
	var tasks []string
	for _, t := range r.Tasks {
		tasks = append(tasks, t.Name)
	}
	return fmt.Sprintf("%s, with the tasks %s", r.Name, strings.Join(tasks, ", "))
}

func summaryText(s *reader.Summary) string {
	text := fmt.Sprintf("%s after %v, %d records", s.Exit, short(secondsOf(s.Elapsed)), s.Records)
	if s.Message != "" {
		text += ": " + s.Message
	}
	if s.Error != nil {
		text += ": " + failureText(s.Error)
	}
	return text
}

func secondsOf(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func payloadText(e *reader.Entry) string {
	switch {
	case e.Missing != "":
		return "no payload: " + cut(oneLine(e.Missing))
	case e.Data == nil:
		return ""
	case !e.IsJSON:
		return fmt.Sprintf("%d bytes of %s", len(e.Data), e.ContentType)
	}
	b := &bytes.Buffer{}
	if json.Compact(b, e.Data) != nil {
		return cut(string(e.Data))
	}
	return cut(b.String())
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// cut shortens a text that is too long to be shown. Tasks do not get to speak to
// the terminal.
func cut(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return utf8.RuneError
		}
		return r
	}, s)
	if len(s) <= maxShown {
		return s
	}
	n := maxShown
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return fmt.Sprintf("%s… (%d bytes)", s[:n], len(s))
}
