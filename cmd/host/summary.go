package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/signalbox-go/signalbox/framework/job"
)

// summaryFile is where the summary goes. It is opened before the run, so that
// a path that cannot be written is found in time.
type summaryFile struct {
	w    io.Writer // nil for nowhere
	file *os.File  // to be closed, nil for none
}

func openSummary(path string, stdout io.Writer) (*summaryFile, error) {
	switch path {
	case "":
		return &summaryFile{}, nil
	case "-":
		return &summaryFile{w: stdout}, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("the summary cannot be written: %w", err)
	}
	return &summaryFile{w: f, file: f}, nil
}

func (s *summaryFile) write(sum job.Summary) error {
	if s.w == nil {
		return nil
	}
	enc := json.NewEncoder(s.w)
	enc.SetIndent("", "  ")
	if err := errors.Join(enc.Encode(sum), s.close()); err != nil {
		return fmt.Errorf("the summary cannot be written: %w", err)
	}
	return nil
}

func (s *summaryFile) close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}
