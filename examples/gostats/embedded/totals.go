package main

import (
	"fmt"

	"github.com/signalbox-go/signalbox/examples/gostats/analysis"
)

// totals are counts over all files.
type totals struct {
	files, lines, functions, invalid, failed int
}

func (t *totals) add(s analysis.Stats) {
	t.files++
	t.lines += s.Lines
	t.functions += s.Functions
	if len(s.SyntaxErrors) > 0 {
		t.invalid++
	}
}

func (t totals) String() string {
	return fmt.Sprintf("%d files, %d lines, %d functions; %d files with syntax errors, %d not analysed",
		t.files, t.lines, t.functions, t.invalid, t.failed)
}
