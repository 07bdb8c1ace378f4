package reader

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Entry is one line of a journal.
type Entry struct {
	// Source is the run that the line is of: unlike that of any other run.
	Source string
	// Type is the line's type without its prefix, such as [TypeResult].
	Type string
	// Seq is the number of the record or, of a line that is none, of the last
	// record before it.
	Seq  uint64
	Time time.Time
	Run  string // name of the run

	Task    string // empty for none
	Future  uint64 // 0 for none
	Attempt int    // from 1; 0 for none
	Worker  int    // -1 for none
	// Elapsed is how long a future's code took, and Wait how long it waited
	// before.
	Elapsed, Wait time.Duration
	// Events are the events that a record stands for, in order; the task's
	// behind the scheduler's.
	Events []string

	// ContentType and Data are the payload, or what else there is to tell; none
	// if Data is nil. Data is JSON if IsJSON.
	ContentType string
	Data        []byte
	IsJSON      bool
	// Missing says why a payload that was asked for is not there.
	Missing string

	// Line is the whole line, without its end. It must not be changed.
	Line []byte
}

// Record reports whether the line tells something that happened in the run.
func (e *Entry) Record() bool {
	switch e.Type {
	case TypeRun, TypeGap, TypeSummary:
		return false
	}
	return true
}

// Decode decodes the data, which is JSON, such as into a [Failure].
func (e *Entry) Decode(into any) error {
	if !e.IsJSON {
		return fmt.Errorf("the data of %s %d are no JSON", e.Type, e.Seq)
	}
	if err := json.Unmarshal(e.Data, into); err != nil {
		return fmt.Errorf("the data of %s %d: %w", e.Type, e.Seq, err)
	}
	return nil
}

// line is a line as JSON.
type line struct {
	SpecVersion string          `json:"specversion"`
	Source      string          `json:"source"`
	Run         string          `json:"run"`
	Type        string          `json:"type"`
	ID          string          `json:"id"`
	Sequence    string          `json:"sequence"`
	Time        time.Time       `json:"time"`
	Task        string          `json:"task"`
	Future      string          `json:"future"`
	Attempt     int             `json:"attempt"`
	Worker      *int            `json:"worker"`
	Elapsed     string          `json:"elapsed"`
	Wait        string          `json:"wait"`
	Events      string          `json:"events"`
	Missing     string          `json:"missing"`
	ContentType string          `json:"datacontenttype"`
	Data        json.RawMessage `json:"data"`
	Base64      []byte          `json:"data_base64"`
}

// errForeign says that a line was written by something else.
var errForeign = errors.New("this is no line of a journal")

// Decode decodes a line, with or without its end. The entry refers to it.
func Decode(text []byte) (Entry, error) {
	text = bytes.TrimSuffix(text, []byte("\n"))
	if !bytes.HasPrefix(text, []byte(LinePrefix)) {
		return Entry{}, fmt.Errorf("%w: it begins with %q and not with %q", errForeign, text[:min(len(text), 40)], LinePrefix)
	}
	var l line
	if err := json.Unmarshal(text, &l); err != nil {
		return Entry{}, fmt.Errorf("%w: %w", errForeign, err)
	}
	typ, ok := strings.CutPrefix(l.Type, TypePrefix)
	if !ok || typ == "" {
		return Entry{}, fmt.Errorf("%w: its type is %q", errForeign, l.Type)
	}
	e := Entry{Source: l.Source, Type: typ, Time: l.Time, Run: l.Run, Task: l.Task, Attempt: l.Attempt, Worker: -1,
		Missing: l.Missing, ContentType: l.ContentType, Data: l.Base64, Line: text}
	if l.Data != nil {
		e.Data, e.IsJSON = l.Data, true
	}
	if l.Worker != nil {
		e.Worker = *l.Worker
	}
	switch {
	case typ == TypeEmitted: // by a name that may be anything
		e.Events = []string{l.Events}
	case l.Events != "":
		e.Events = strings.Split(l.Events, ",")
	}
	var errs [4]error
	e.Seq, errs[0] = number("sequence", l.Sequence)
	e.Future, errs[1] = number("future", l.Future)
	e.Elapsed, errs[2] = seconds("elapsed", l.Elapsed)
	e.Wait, errs[3] = seconds("wait", l.Wait)
	if err := errors.Join(errs[:]...); err != nil {
		return Entry{}, fmt.Errorf("%w: %w", errForeign, err)
	}
	return e, nil
}

func number(name, text string) (uint64, error) {
	if text == "" && name != "sequence" {
		return 0, nil
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("its %s is %q, which is no number", name, text)
	}
	return n, nil
}

func seconds(name, text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(text + "s")
	if err != nil || d < 0 {
		return 0, fmt.Errorf("its %s is %q, which is no number of seconds", name, text)
	}
	return d, nil
}
