package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/signalbox-go/signalbox/framework/job"
)

// summaryFile is where the summary goes. It is opened before the run, so that
// a path that cannot be written is found in time, and emptied after it: a run
// that cannot start leaves the summary of the last one alone.
type summaryFile struct {
	w    io.Writer // nil for nowhere
	file *os.File  // to be closed, nil for none
	made bool      // the file was not there before
}

// openSummary opens the file at path, which must be none that the job needs.
func openSummary(path string, stdout io.Writer, j *job.Job) (*summaryFile, error) {
	switch path {
	case "":
		return &summaryFile{}, nil
	case "-":
		return &summaryFile{w: stdout}, nil
	}
	if what := j.Uses(path); what != "" {
		return nil, fmt.Errorf("--summary %q: this is %s: choose another path", path, what)
	}
	_, err := os.Stat(path)
	made := errors.Is(err, fs.ErrNotExist)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return nil, fmt.Errorf("the summary cannot be written: %w", err)
	}
	return &summaryFile{w: f, file: f, made: made}, nil
}

func (s *summaryFile) write(sum job.Summary) error {
	if s.w == nil {
		return nil
	}
	enc := json.NewEncoder(s.w)
	enc.SetIndent("", "  ")
	err := s.empty()
	if err == nil {
		err = enc.Encode(sum)
	}
	if err := errors.Join(err, s.close()); err != nil {
		return fmt.Errorf("the summary cannot be written: %w", err)
	}
	return nil
}

// empty leaves pipes and devices as they are.
func (s *summaryFile) empty() error {
	if s.file == nil {
		return nil
	}
	info, err := s.file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return err
	}
	return s.file.Truncate(0)
}

// discard closes the file of a run that did not start: there is nothing to
// say about it, and an empty file would be no JSON.
func (s *summaryFile) discard() error {
	err := s.close()
	if s.made {
		err = errors.Join(err, os.Remove(s.file.Name()))
	}
	return err
}

func (s *summaryFile) close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}
