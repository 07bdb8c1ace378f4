package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/signalbox-go/signalbox/framework/job"
)

// summaryFile is where the summary goes. It is opened before the run, so that
// a path that cannot be written is found in time.
type summaryFile struct {
	w    io.Writer // nil for nowhere
	file *os.File  // to be closed, nil for none
}

// openSummary empties the file at path, which must be none of others.
func openSummary(path string, stdout io.Writer, others ...string) (*summaryFile, error) {
	switch path {
	case "":
		return &summaryFile{}, nil
	case "-":
		return &summaryFile{w: stdout}, nil
	}
	for _, other := range others {
		if sameFile(path, other) {
			return nil, fmt.Errorf("--summary %q: the run needs this file for something else: choose another path", path)
		}
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("the summary cannot be written: %w", err)
	}
	return &summaryFile{w: f, file: f}, nil
}

// sameFile reports whether two paths are of one file, which need not exist
// yet.
func sameFile(a, b string) bool {
	if filepath.Clean(a) == filepath.Clean(b) {
		return true
	}
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	return errA == nil && errB == nil && infoA.Mode().IsRegular() && os.SameFile(infoA, infoB)
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

// discard closes the file of a run that did not start: there is nothing to
// say about it, and an empty file would be no JSON.
func (s *summaryFile) discard() error {
	if s.file == nil {
		return nil
	}
	info, err := s.file.Stat()
	if err = errors.Join(err, s.close()); err == nil && info.Mode().IsRegular() {
		err = os.Remove(s.file.Name())
	}
	return err
}

func (s *summaryFile) close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}
