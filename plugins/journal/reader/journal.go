package reader

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"slices"
	"time"
)

// Journal is a journal that is being read, from its oldest file to the one that
// is written. Its methods must not be called at the same time.
type Journal struct {
	path string

	file    *os.File // nil if there is none (yet)
	name    string
	number  int  // of a rotated file, 0 for the one at path
	floor   int  // of the one at path: the youngest file that had been rotated before it
	final   bool // nothing will be added to it
	seg     *segment
	removed int
}

// LineError says which line of which file is none of a journal.
type LineError struct {
	File string
	Line int // from 1
	Err  error
}

// Error names the file and the line.
func (e *LineError) Error() string { return fmt.Sprintf("%s:%d: %v", e.File, e.Line, e.Err) }

// Unwrap returns what is wrong with the line.
func (e *LineError) Unwrap() error { return e.Err }

// Open opens the journal at path, together with its rotated files.
func Open(path string) (*Journal, error) {
	j := &Journal{path: path}
	if err := j.openBehind(0); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	return j, nil
}

// openBehind opens the oldest file that is younger than the rotated one of a
// number.
func (j *Journal) openBehind(number int) error {
	for {
		n, err := oldestBehind(j.path, number)
		if err != nil {
			return err
		}
		if n > 0 {
			err = j.open(RotatedName(j.path, n), n)
			if errors.Is(err, fs.ErrNotExist) {
				continue // it has just been removed
			}
			return err
		}
		if err := j.open(j.path, 0); err != nil {
			return err
		}
		// It may have been rotated before it was opened.
		if n, err = oldestBehind(j.path, number); err != nil || n == 0 {
			j.floor = number
			return err
		}
	}
}

func (j *Journal) open(name string, number int) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no regular file", name)
	}
	if err != nil {
		_ = f.Close()
		return err
	}
	j.close()
	j.file, j.name, j.number, j.final, j.seg = f, name, number, number > 0, &segment{r: f}
	return nil
}

// Close closes the journal.
func (j *Journal) Close() error { return j.close() }

func (j *Journal) close() error {
	if j.file == nil {
		return nil
	}
	j.seg.decoder.close()
	return j.file.Close()
}

// Torn returns how many bytes there are behind the last whole line, after io.EOF:
// the journal is being written, or its writer was killed.
func (j *Journal) Torn() int64 { return j.seg.torn }

// Removed returns how many files had been rotated and removed before they could
// be read.
func (j *Journal) Removed() int { return j.removed }

// Next returns the next line; io.EOF behind the last whole one. After io.EOF it
// may be called again, for what has been written since. The Line of an entry is
// valid until the next call.
func (j *Journal) Next() (Entry, error) {
	text, err := j.next()
	if err != nil {
		return Entry{}, err
	}
	e, err := Decode(text)
	if err != nil {
		return Entry{}, j.at(err)
	}
	return e, nil
}

func (j *Journal) at(err error) error { return &LineError{File: j.name, Line: j.seg.line, Err: err} }

func (j *Journal) next() ([]byte, error) {
	for {
		text, err := j.seg.next()
		switch {
		case err == nil:
			return text, nil
		case !errors.Is(err, io.EOF):
			j.seg.line++
			return nil, j.at(err)
		}
		if err := j.advance(); err != nil {
			return nil, err
		}
	}
}

// advance goes on to the next file, where there is one.
func (j *Journal) advance() error {
	if !j.final {
		same, err := j.isCurrent()
		switch {
		case err != nil:
			return fmt.Errorf("journal: %w", err)
		case same:
			return io.EOF
		}
		// It has been rotated. What was written to it before is read first.
		j.final = true
		return nil
	}
	if j.seg.torn > 0 {
		j.seg.line++
		return j.at(fmt.Errorf("%w: it is torn, and another file follows", errForeign))
	}
	own := j.number
	if own == 0 {
		var err error
		if own, err = numberOf(j.path, j.file); err != nil {
			return fmt.Errorf("journal: %w", err)
		}
	}
	switch err := j.openBehind(max(own, j.floor)); {
	case errors.Is(err, fs.ErrNotExist):
		return io.EOF // not yet
	case err != nil:
		return fmt.Errorf("journal: %w", err)
	}
	if own > 0 && j.number > own {
		j.removed += j.number - own - 1
	}
	return nil
}

// isCurrent reports whether the file is still the one at path.
func (j *Journal) isCurrent() (bool, error) {
	own, err := j.file.Stat()
	if err != nil {
		return false, err
	}
	info, err := os.Stat(j.path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && os.SameFile(own, info), err
}

// Entries returns the lines up to the last whole one.
func (j *Journal) Entries() iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for {
			e, err := j.Next()
			if errors.Is(err, io.EOF) || !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// Last reads on to the last whole line, and returns the last n lines, or fewer
// if there are fewer. Those before are not looked at.
func (j *Journal) Last(n int) ([]Entry, error) {
	type place struct {
		text []byte
		file string
		line int
	}
	var ring []place
	for i := 0; ; i++ {
		text, err := j.next()
		if errors.Is(err, io.EOF) {
			if len(ring) == n && n > 0 { // the oldest comes first
				ring = slices.Concat(ring[i%n:], ring[:i%n])
			}
			break
		}
		switch {
		case err != nil:
			return nil, err
		case n == 0:
		case len(ring) < n:
			ring = append(ring, place{bytes.Clone(text), j.name, j.seg.line})
		default:
			p := &ring[i%n]
			p.text, p.file, p.line = append(p.text[:0], text...), j.name, j.seg.line
		}
	}
	out := make([]Entry, 0, len(ring))
	for _, p := range ring {
		e, err := Decode(p.text)
		if err != nil {
			return nil, &LineError{File: p.file, Line: p.line, Err: err}
		}
		out = append(out, e)
	}
	return out, nil
}

// pollEvery is how often a journal is looked at for more.
const pollEvery = 100 * time.Millisecond

// Wait is [Journal.Next], but waits for a line to be written where there is no
// other. It returns ctx's error when that ends.
func (j *Journal) Wait(ctx context.Context) (Entry, error) {
	for {
		e, err := j.Next()
		if !errors.Is(err, io.EOF) {
			return e, err
		}
		t := time.NewTimer(pollEvery)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return Entry{}, context.Cause(ctx)
		}
	}
}
