package journal

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/signalbox-go/signalbox/plugins/journal/reader"
	"github.com/signalbox-go/signalbox/sdk"
)

// encoder appends lines. A line is put together by hand: this is the one thing
// that a process does for every record, and encoding/json takes several times as
// long. What is rare is left to encoding/json.
type encoder struct {
	head    []byte // of every line of a run, up to its type
	compact bytes.Buffer
}

const timeForm = "2006-01-02T15:04:05.000000000Z"

// of begins the lines of a run.
func (e *encoder) of(source, run string) {
	e.head = appendString([]byte(`{"specversion":"1.0","source":`), source)
	e.head = append(e.head, `,"run":`...)
	e.head = appendString(e.head, run)
	e.head = append(e.head, `,"type":"`+reader.TypePrefix...)
}

// begin appends what all lines have.
func (e *encoder) begin(b []byte, typ, id string, seq uint64, at time.Time) []byte {
	b = append(b, e.head...)
	b = append(b, typ...)
	b = append(b, `","id":"`...)
	if id == "" {
		b = strconv.AppendUint(b, seq, 10)
	} else {
		b = append(b, id...)
	}
	b = append(b, `","sequence":"`...)
	b = appendPadded(b, seq, 16) // in the order of text, too
	b = append(b, `","time":"`...)
	b = at.UTC().AppendFormat(b, timeForm)
	return append(b, '"')
}

// record appends the line of a record.
func (e *encoder) record(b []byte, r *sdk.Record) []byte {
	b = e.begin(b, string(r.Kind), "", r.Seq, r.Time)
	if r.Future.ID > 0 {
		b = future(b, &r.Future)
	} else if r.Task != "" {
		b = append(b, `,"subject":`...)
		b = appendString(b, "task/"+r.Task)
		b = append(b, `,"task":`...)
		b = appendString(b, r.Task)
	}
	if r.Kind == sdk.KindWorker {
		c := r.Change
		b = append(b, `,"subject":`...)
		b = appendString(b, "worker/"+c.Executor+"/"+strconv.Itoa(c.Worker))
		b = append(b, `,"worker":`...)
		b = strconv.AppendInt(b, int64(c.Worker), 10)
		return e.end(b, reader.WorkerChange{Executor: c.Executor, State: c.State, PID: c.PID, Error: c.Err})
	}
	b = events(b, r)
	switch {
	case r.Kind == sdk.KindStop:
		return e.end(b, reader.Stop{Message: r.Message, Error: failureOf(r.Err)})
	case r.Err != nil:
		return e.end(b, failureOf(r.Err))
	}
	return append(e.payload(b, r.Payload), "}\n"...)
}

func future(b []byte, f *sdk.FutureInfo) []byte {
	b = append(b, `,"subject":"future/`...)
	b = strconv.AppendUint(b, f.ID, 10)
	b = append(b, `","task":`...)
	b = appendString(b, f.Task)
	b = append(b, `,"future":"`...)
	b = strconv.AppendUint(b, f.ID, 10)
	b = append(b, `","attempt":`...)
	b = strconv.AppendInt(b, int64(f.Attempt), 10)
	if f.Worker >= 0 {
		b = append(b, `,"worker":`...)
		b = strconv.AppendInt(b, int64(f.Worker), 10)
	}
	b = appendSeconds(b, `,"elapsed":"`, f.Elapsed)
	return appendSeconds(b, `,"wait":"`, f.Wait)
}

// events appends the names of the events that a record stands for.
func events(b []byte, r *sdk.Record) []byte {
	if r.Kind == sdk.KindEmitted {
		b = append(b, `,"events":`...)
		return appendString(b, r.Name) // which may be anything
	}
	b = append(b, `,"events":"`...)
	for i, event := range r.Events {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, event.Name...) // one of those that every scheduler has
	}
	return append(b, '"')
}

// end appends data and the end of the line.
func (e *encoder) end(b []byte, data any) []byte {
	b = append(b, `,"datacontenttype":"application/json","data":`...)
	text, err := json.Marshal(data)
	if err != nil { // its types have nothing that could fail
		panic(err)
	}
	b = append(b, text...)
	return append(b, "}\n"...)
}

const contentJSON = "application/json"

// payload appends a payload: JSON as it is, all else as base64.
func (e *encoder) payload(b []byte, p sdk.Payload) []byte {
	switch {
	case p.Err != nil:
		b = append(b, `,"missing":`...)
		return appendString(b, p.Err.Error())
	case p.Data == nil:
		return b
	}
	b = append(b, `,"datacontenttype":`...)
	b = appendString(b, p.ContentType)
	if p.ContentType == contentJSON {
		// In one line, and only if it is JSON indeed: a plugin may be written in
		// any language.
		e.compact.Reset()
		if json.Compact(&e.compact, p.Data) == nil && utf8.Valid(e.compact.Bytes()) {
			b = append(b, `,"data":`...)
			return append(b, e.compact.Bytes()...)
		}
	}
	b = append(b, `,"data_base64":"`...)
	b = base64.StdEncoding.AppendEncode(b, p.Data)
	return append(b, '"')
}

func failureOf(err error) *reader.Failure {
	if err == nil {
		return nil
	}
	return &reader.Failure{Kind: sdk.KindOf(err), Message: strings.ToValidUTF8(err.Error(), "\ufffd"), Stack: sdk.StackOf(err)}
}

func appendPadded(b []byte, n uint64, width int) []byte {
	digits := 1
	for m := n; m >= 10; m /= 10 {
		digits++
	}
	for range width - digits {
		b = append(b, '0')
	}
	return strconv.AppendUint(b, n, 10)
}

// appendSeconds appends an attribute of so many seconds, if there are any, as
// text: the format has no fractions.
func appendSeconds(b []byte, name string, d time.Duration) []byte {
	if d <= 0 {
		return b
	}
	b = append(b, name...)
	b = strconv.AppendInt(b, int64(d/time.Second), 10)
	b = append(b, '.')
	b = appendPadded(b, uint64(d%time.Second), 9)
	return append(b, '"')
}

// appendString appends a text as JSON. What is no UTF-8 is replaced, as
// encoding/json does.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	begin := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		size := 1
		if c >= utf8.RuneSelf {
			var r rune
			if r, size = utf8.DecodeRuneInString(s[i:]); r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
		}
		b = append(b, s[begin:i]...)
		switch {
		case c >= utf8.RuneSelf:
			b = append(b, `\ufffd`...)
		case c < ' ':
			b = append(b, `\u00`...)
			b = append(b, hex[c>>4], hex[c&15])
		default:
			b = append(b, '\\', c)
		}
		i += size
		begin = i
	}
	b = append(b, s[begin:]...)
	return append(b, '"')
}
