package logline

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"time"
)

// How far text is cut, in bytes, when a record is too long for a line.
const (
	cutMessage = 8 << 10
	cutAttr    = 1 << 10
)

// Append adds the line of r to dst, its newline included. What cannot be
// encoded is written as text; a record longer than [MaxLine] has its texts cut
// and, if that is not enough, loses its attributes, which it then says.
func Append(dst []byte, r Record) []byte {
	start := len(dst)
	dst = appendRecord(dst, r, false)
	if len(dst)-start <= MaxLine {
		return dst
	}
	r.Message = cut(r.Message, cutMessage)
	r.Task = cut(r.Task, cutAttr)
	dst = appendRecord(dst[:start], r, true)
	if len(dst)-start <= MaxLine {
		return dst
	}
	r.Attrs = []slog.Attr{slog.Int("attrs_dropped", len(r.Attrs))}
	return appendRecord(dst[:start], r, true)
}

func appendRecord(dst []byte, r Record, short bool) []byte {
	dst = append(dst, Mark, '{')
	if !r.Time.IsZero() {
		dst = append(dst, `"time":`...)
		dst = appendString(dst, r.Time.Format(time.RFC3339Nano))
		dst = append(dst, ',')
	}
	dst = append(dst, `"level":`...)
	dst = appendString(dst, r.Level.String())
	dst = append(dst, `,"msg":`...)
	dst = appendString(dst, r.Message)
	if r.Task != "" {
		dst = append(dst, `,"task":`...)
		dst = appendString(dst, r.Task)
	}
	if r.Future != 0 {
		dst = append(dst, `,"future":`...)
		dst = strconv.AppendUint(dst, r.Future, 10)
	}
	if len(r.Attrs) > 0 {
		dst = append(dst, `,"attrs":`...)
		dst = appendGroup(dst, r.Attrs, short)
	}
	return append(dst, '}', '\n')
}

func appendGroup(dst []byte, attrs []slog.Attr, short bool) []byte {
	dst = append(dst, '{')
	dst = appendAttrs(dst, attrs, short)
	if dst[len(dst)-1] == ',' {
		dst = dst[:len(dst)-1]
	}
	return append(dst, '}')
}

// appendAttrs leaves a comma behind each attribute.
func appendAttrs(dst []byte, attrs []slog.Attr, short bool) []byte {
	for _, a := range attrs {
		v := a.Value.Resolve()
		switch {
		case v.Kind() != slog.KindGroup && a.Equal(slog.Attr{}):
			continue // slog's rule: an empty attribute is left out
		case v.Kind() == slog.KindGroup && len(v.Group()) == 0:
			continue // so is an empty group
		case v.Kind() == slog.KindGroup && a.Key == "":
			dst = appendAttrs(dst, v.Group(), short) // and one without a name is inlined
			continue
		}
		dst = append(appendString(dst, a.Key), ':')
		dst = append(appendValue(dst, v, short), ',')
	}
	return dst
}

func appendValue(dst []byte, v slog.Value, short bool) []byte {
	switch v.Kind() {
	case slog.KindGroup:
		return appendGroup(dst, v.Group(), short)
	case slog.KindBool, slog.KindInt64, slog.KindUint64:
		return append(dst, v.String()...)
	case slog.KindTime:
		return appendString(dst, v.Time().Format(time.RFC3339Nano))
	case slog.KindString, slog.KindDuration:
		return appendText(dst, v.String(), short)
	default:
		return appendAny(dst, v.Any(), short)
	}
}

func appendAny(dst []byte, v any, short bool) []byte {
	if err, ok := v.(error); ok {
		if _, json := v.(json.Marshaler); !json {
			return appendText(dst, safeText(err), short)
		}
	}
	text, err := safeJSON(v)
	if err != nil {
		return appendText(dst, safeText(v), short)
	}
	if short && len(text) > cutAttr {
		return appendText(dst, string(text), short)
	}
	return append(dst, text...)
}

func appendText(dst []byte, s string, short bool) []byte {
	if short {
		s = cut(s, cutAttr)
	}
	return appendString(dst, s)
}

// appendString writes s as JSON; invalid UTF-8 becomes U+FFFD.
func appendString(dst []byte, s string) []byte {
	text, err := json.Marshal(s)
	if err != nil { // a string always encodes
		return append(dst, `""`...)
	}
	return append(dst, text...)
}

// safeJSON encodes v on one line. A panic in somebody's MarshalJSON is an error:
// logging must not end a task.
func safeJSON(v any) (text []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// safeText relies on fmt, which turns panics of Error and String into text.
func safeText(v any) string { return fmt.Sprintf("%+v", v) }

func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:n] + "…" // a rune cut in half is replaced when it is encoded
}
