package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/task"
)

// mapInput reads what a map is to run on, a line at a time.
type mapInput struct {
	r    *bufio.Reader
	key  string // of lines that are text, empty for lines of JSON
	line int    // number of the last line that was read, from 1
}

func newMapInput(r io.Reader, key string) *mapInput {
	return &mapInput{r: bufio.NewReaderSize(r, 1<<16), key: key}
}

// next returns the next input. The first error is that of the line, which was
// read nevertheless; the second ends the reading, [io.EOF] at the end.
func (m *mapInput) next() (value json.RawMessage, wrong, err error) {
	for {
		text, long, err := m.read()
		if err != nil {
			return nil, nil, err
		}
		m.line++
		if long {
			return nil, task.Errorf(task.KindDecode, "the line is longer than %d MiB, the most that an input may have", process.DefaultMaxMessage>>20), nil
		}
		if m.key != "" {
			value, wrong = m.ofText(bytes.TrimSuffix(text, []byte("\r")))
			return value, wrong, nil
		}
		if text = bytes.TrimSpace(text); len(text) > 0 {
			value, wrong = ofJSON(text)
			return value, wrong, nil
		}
	}
}

// read returns a line without its end. Of one that is too long nothing is kept.
func (m *mapInput) read() (text []byte, long bool, err error) {
	read := false
	for {
		part, err := m.r.ReadSlice('\n')
		read = read || len(part) > 0
		if long = long || len(text)+len(part) > process.DefaultMaxMessage; long {
			text = nil
		} else {
			text = append(text, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case err == nil, errors.Is(err, io.EOF) && read:
			return bytes.TrimSuffix(text, []byte("\n")), long, nil
		default:
			return nil, false, err
		}
	}
}

func (m *mapInput) ofText(text []byte) (json.RawMessage, error) {
	if !utf8.Valid(text) {
		return nil, task.Errorf(task.KindDecode, "the line is not UTF-8, and JSON knows no other text")
	}
	value, err := json.Marshal(map[string]string{m.key: string(text)})
	if err != nil {
		return nil, task.Errorf(task.KindDecode, "%v", err)
	}
	return value, nil
}

func ofJSON(text []byte) (json.RawMessage, error) {
	if !utf8.Valid(text) {
		return nil, task.Errorf(task.KindDecode, "the line is not UTF-8, and so no JSON")
	}
	var value json.RawMessage
	if err := json.Unmarshal(text, &value); err != nil {
		return nil, task.Errorf(task.KindDecode, "the line is no JSON value: %v", err)
	}
	return value, nil
}
