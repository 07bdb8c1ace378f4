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
	told := dataText(e)
	if told != "" {
		told = ": " + told
	}
	return strings.TrimRight(b.String(), " ") + told + "\n"
}

// dataText is what there is to tell besides.
func dataText(e *reader.Entry) string {
	text, err := "", error(nil)
	switch e.Type {
	case reader.TypeException, reader.TypeCancelled:
		var f reader.Failure
		err = e.Decode(&f)
		text = failureText(&f)
	case reader.TypeStop:
		var s reader.Stop
		err = e.Decode(&s)
		if text = s.Message; s.Error != nil {
			text += ": " + failureText(s.Error)
		}
	case reader.TypeWorker:
		var c reader.WorkerChange
		err = e.Decode(&c)
		text = fmt.Sprintf("%s %d (pid %d) %s", c.Executor, e.Worker, c.PID, c.State)
		if c.Error != "" {
			text += ": " + c.Error
		}
	case reader.TypeRun:
		var r reader.Run
		err = e.Decode(&r)
		text = runText(&r)
	case reader.TypeGap:
		var g reader.Gap
		err = e.Decode(&g)
		text = fmt.Sprintf("records %d to %d are missing", g.First, g.Last)
	case reader.TypeSummary:
		var s reader.Summary
		err = e.Decode(&s)
		text = summaryText(&s)
	default:
		return payloadText(e)
	}
	if err != nil {
		return payloadText(e) // whatever it is
	}
	return cut(oneLine(text))
}

// failureText is a failure with its kind, which many messages begin with.
func failureText(f *reader.Failure) string {
	return f.Kind + ": " + strings.TrimPrefix(f.Message, f.Kind+": ")
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
