package reader

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// End is how a file of a journal ends.
type End struct {
	// Whole is how many bytes its whole lines have, and Torn how many follow
	// which are no whole line.
	Whole, Torn int64
	// Compressed tells that the lines are compressed.
	Compressed bool
	// Last is the last whole line, nil if there is none.
	Last *Entry
}

// FindEnd finds the end of a file of a journal, which has size bytes, without
// reading all of it. A file that is no journal is an error.
func FindEnd(r io.ReaderAt, size int64) (End, error) {
	s := &segment{r: r}
	defer s.decoder.close()
	if err := s.look(); err != nil && !errors.Is(err, io.EOF) {
		return End{}, err
	}
	if size > 0 && size < int64(len(magic)) {
		head := make([]byte, size)
		if err := readFull(r, head, 0); err == nil && bytes.HasPrefix(magic, head) {
			return End{Torn: size, Compressed: true}, nil
		}
	}
	if s.compressed {
		return endOfFrames(s, size)
	}
	return endOfLines(r, size)
}

func endOfFrames(s *segment, size int64) (End, error) {
	end := End{Compressed: true}
	var first, last [2]int64 // begin and size of a frame
	for {
		n, err := frameSize(s.r, end.Whole)
		if errors.Is(err, errTorn) {
			break
		}
		if err != nil {
			return End{}, err
		}
		if last = [2]int64{end.Whole, n}; end.Whole == 0 {
			first = last
		}
		end.Whole += n
	}
	end.Torn = size - end.Whole
	if end.Whole == 0 {
		return end, nil
	}
	for _, f := range [][2]int64{first, last} {
		text, err := s.decoder.frame(s.r, f[0], f[1])
		if err != nil {
			return End{}, err
		}
		if end.Last, err = lastLine(text); err != nil {
			return End{}, err
		}
	}
	return end, nil
}

// lastLine decodes the last of some whole lines.
func lastLine(text []byte) (*Entry, error) {
	text = bytes.TrimSuffix(text, []byte("\n"))
	e, err := Decode(bytes.Clone(text[bytes.LastIndexByte(text, '\n')+1:]))
	if err != nil {
		return nil, fmt.Errorf("its last line: %w", err)
	}
	return &e, nil
}

func endOfLines(r io.ReaderAt, size int64) (End, error) {
	head := make([]byte, min(size, int64(len(LinePrefix))))
	if err := readFull(r, head, 0); err != nil {
		return End{}, err
	}
	if string(head) != LinePrefix[:len(head)] {
		return End{}, fmt.Errorf("%w: it begins with %q and not with %q", errForeign, head, LinePrefix)
	}
	end, err := lineEndBefore(r, size)
	if err != nil || end == 0 {
		return End{Torn: size}, err
	}
	begin, err := lineEndBefore(r, end-1)
	if err != nil {
		return End{}, err
	}
	if end-begin > maxText {
		return End{}, fmt.Errorf("%w: its last line has more than %d bytes", errForeign, maxText)
	}
	text := make([]byte, end-begin)
	if err := readFull(r, text, begin); err != nil {
		return End{}, err
	}
	last, err := lastLine(text)
	return End{Whole: end, Torn: size - end, Last: last}, err
}

// lineEndBefore returns the offset behind the last end of a line before off, 0
// if there is none.
func lineEndBefore(r io.ReaderAt, off int64) (int64, error) {
	buf := make([]byte, 64<<10)
	for off > 0 {
		n := min(off, int64(len(buf)))
		if err := readFull(r, buf[:n], off-n); err != nil {
			return 0, err
		}
		if i := bytes.LastIndexByte(buf[:n], '\n'); i >= 0 {
			return off - n + int64(i) + 1, nil
		}
		off -= n
	}
	return 0, nil
}
