package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/signalbox-go/signalbox/framework/job"
)

// reportFile is where something about the run goes when it has ended. It is
// opened before, so that a path that cannot be written is found in time, and
// emptied after: a run that cannot start leaves what is there of the last one
// alone.
type reportFile struct {
	flag string    // by which it is asked for
	what string    // such as "the summary"
	w    io.Writer // nil for nowhere
	file *os.File  // to be closed, nil for none
	made bool      // the file was not there before
}

// openReport opens the file at the path that a flag gives, empty for none. It
// must be none that the job needs, nor that of another report.
func openReport(flag, what, path string, j *job.Job, others ...*reportFile) (*reportFile, error) {
	if path == "" {
		return &reportFile{what: what}, nil
	}
	if used := j.Uses(path); used != "" {
		return nil, fmt.Errorf("--%s %q: this is %s: choose another path", flag, path, used)
	}
	_, err := os.Stat(path)
	made := errors.Is(err, fs.ErrNotExist)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be written: %w", what, err)
	}
	r := &reportFile{flag: flag, what: what, w: f, file: f, made: made}
	for _, other := range others {
		if r.sameAs(other) {
			return nil, errors.Join(fmt.Errorf("--%s %q: this is the file of --%s: choose another path", flag, path, other.flag), r.close())
		}
	}
	return r, nil
}

// sameAs reports whether both are one file, of which the first would be lost.
// Pipes and devices take both.
func (s *reportFile) sameAs(other *reportFile) bool {
	if other.file == nil {
		return false
	}
	a, errA := s.file.Stat()
	b, errB := other.file.Stat()
	return errA == nil && errB == nil && a.Mode().IsRegular() && os.SameFile(a, b)
}

// write has fill write the file.
func (s *reportFile) write(fill func(io.Writer) error) error {
	if s.w == nil {
		return nil
	}
	err := s.empty()
	if err == nil {
		err = fill(s.w)
	}
	if err := errors.Join(err, s.close()); err != nil {
		return fmt.Errorf("%s cannot be written: %w", s.what, err)
	}
	return nil
}

// empty leaves pipes and devices as they are.
func (s *reportFile) empty() error {
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
// say about it.
func (s *reportFile) discard() error {
	err := s.close()
	if s.made {
		err = errors.Join(err, os.Remove(s.file.Name()))
	}
	return err
}

func (s *reportFile) close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}
