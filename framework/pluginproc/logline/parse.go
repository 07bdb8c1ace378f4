package logline

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strconv"
	"time"
)

// maxDepth bounds how deep groups are flattened; deeper ones stay JSON text.
const maxDepth = 8

// Field is one member of a JSON object.
type Field struct {
	Key   string
	Value json.RawMessage
}

// Parse reads one line, with or without its newline. It accepts what it can:
// an unknown level is INFO, an unreadable time is none, unknown members are
// ignored. Only a line that is no record at all is an error.
func Parse(line []byte) (Record, error) {
	line = bytes.TrimRight(line, "\r\n")
	if len(line) == 0 || line[0] != Mark {
		return Record{}, notRecord("it does not begin with the mark byte 0x1e")
	}
	fields, err := Object(line[1:])
	if err != nil {
		return Record{}, err
	}
	var r Record
	seen := false
	for _, f := range fields {
		switch f.Key {
		case "time":
			r.Time = parseTime(f.Value)
		case "level":
			if s, ok := Text(f.Value); ok {
				_ = r.Level.UnmarshalText([]byte(s)) // stays INFO
			}
		case "msg":
			r.Message, seen = Text(f.Value)
		case "task":
			r.Task, _ = Text(f.Value)
		case "future":
			r.Future, _ = strconv.ParseUint(string(f.Value), 10, 64)
		case "attrs":
			if attrs, err := Object(f.Value); err == nil {
				r.Attrs = Flatten(attrs)
			} else {
				r.Attrs = []slog.Attr{slog.Any("attrs", Value(f.Value))}
			}
		}
	}
	if !seen {
		return Record{}, notRecord(`"msg" is missing or no text`)
	}
	return r, nil
}

// Object splits a JSON object into its members, in order.
func Object(text []byte) ([]Field, error) {
	if !json.Valid(text) {
		return nil, notRecord("invalid JSON")
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, notRecord("no JSON object")
	}
	var fields []Field
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, notRecord(err)
		}
		var f Field
		f.Key, _ = key.(string) // of a valid object always text
		if err := dec.Decode(&f.Value); err != nil {
			return nil, notRecord(err)
		}
		fields = append(fields, f)
	}
	return fields, nil
}

// Flatten turns members into attributes; those of nested objects get the
// object's key and a dot in front.
func Flatten(fields []Field) []slog.Attr {
	return flatten(nil, "", fields, maxDepth)
}

func flatten(attrs []slog.Attr, prefix string, fields []Field, depth int) []slog.Attr {
	for _, f := range fields {
		if depth > 0 && bytes.HasPrefix(f.Value, []byte("{")) {
			if inner, err := Object(f.Value); err == nil {
				attrs = flatten(attrs, prefix+f.Key+".", inner, depth-1)
				continue
			}
		}
		attrs = append(attrs, slog.Attr{Key: prefix + f.Key, Value: Value(f.Value)})
	}
	return attrs
}

// Value reads a JSON value; lists and objects stay JSON text.
func Value(raw json.RawMessage) slog.Value {
	if s, ok := Text(raw); ok {
		return slog.StringValue(s)
	}
	switch text := string(raw); text {
	case "true", "false":
		return slog.BoolValue(text == "true")
	case "null":
		return slog.AnyValue(nil)
	default:
		if i, err := strconv.ParseInt(text, 10, 64); err == nil {
			return slog.Int64Value(i)
		}
		if u, err := strconv.ParseUint(text, 10, 64); err == nil {
			return slog.Uint64Value(u)
		}
		if f, err := strconv.ParseFloat(text, 64); err == nil {
			return slog.Float64Value(f)
		}
		return slog.StringValue(text)
	}
}

// Text reads a JSON string; false for any other value.
func Text(raw json.RawMessage) (string, bool) {
	var s *string
	if err := json.Unmarshal(raw, &s); err != nil || s == nil {
		return "", false
	}
	return *s, true
}

func parseTime(raw json.RawMessage) time.Time {
	s, _ := Text(raw)
	t, _ := time.Parse(time.RFC3339Nano, s) // zero on error
	return t
}
