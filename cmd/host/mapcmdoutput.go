package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"

	"github.com/signalbox-go/signalbox/framework/task"
)

// mapOutcome is what became of one input.
type mapOutcome struct {
	place  int // among all inputs, from 0
	line   int // of the input, from 1
	input  json.RawMessage
	result json.RawMessage
	err    error
}

// mapOutput writes outcomes, a line each.
type mapOutput struct {
	w       *bufio.Writer
	input   bool               // lines have the input, too
	ordered bool               // in the order of the inputs
	held    map[int]mapOutcome // that came before their turn
	turn    int
}

func newMapOutput(w io.Writer, input, ordered bool) *mapOutput {
	return &mapOutput{w: bufio.NewWriterSize(w, 1<<16), input: input, ordered: ordered, held: map[int]mapOutcome{}}
}

// put takes an outcome. Each that has been dealt with is told by gone.
func (m *mapOutput) put(o mapOutcome, gone func(mapOutcome)) error {
	if !m.ordered {
		gone(o)
		return m.write(o)
	}
	m.held[o.place] = o
	for {
		next, ok := m.held[m.turn]
		if !ok {
			return nil
		}
		delete(m.held, m.turn)
		m.turn++
		gone(next)
		if err := m.write(next); err != nil {
			return err
		}
	}
}

// write writes an outcome. One of an input that was cancelled has no line.
func (m *mapOutput) write(o mapOutcome) error {
	if cancelled(o.err) {
		return nil
	}
	line := struct {
		Line   int             `json:"line"`
		Input  json.RawMessage `json:"input,omitempty"`
		Result json.RawMessage `json:"result,omitempty"`
		Error  *mapError       `json:"error,omitempty"`
	}{Line: o.line, Result: o.result}
	if m.input {
		line.Input = o.input
	}
	switch {
	case o.err != nil:
		line.Error = &mapError{task.KindOf(o.err), o.err.Error()}
	case len(o.result) == 0:
		line.Result = json.RawMessage("null")
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(line); err != nil {
		return err
	}
	_, err := m.w.Write(text.Bytes())
	return err
}

type mapError struct {
	Kind    string `json:"kind"`
	Message string `json:"message"`
}
