package reader

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
)

// segment is one file of a journal. It can be read to its end, and on when
// there is more.
type segment struct {
	r       io.ReaderAt
	off     int64 // of the first line, or frame, that was not read
	line    int   // number of the last line that was read
	torn    int64 // bytes behind off at the end, which are no whole line
	decoder decoder

	known      bool // whether it is compressed
	compressed bool

	plain   *bufio.Reader
	long    []byte
	pending []byte // lines of the last frame
}

// next returns the next line without its end, which is valid until the line
// after it is asked for; io.EOF where there is no whole one (yet).
func (s *segment) next() ([]byte, error) {
	s.torn = 0
	if !s.known {
		if err := s.look(); err != nil {
			return nil, err
		}
	}
	if s.compressed {
		return s.nextOfFrame()
	}
	return s.nextPlain()
}

// look finds out whether the file is compressed.
func (s *segment) look() error {
	head := make([]byte, len(magic))
	n, err := s.r.ReadAt(head, 0)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return err
	case n == len(head) || !bytes.HasPrefix(magic, head[:n]):
		s.known, s.compressed = true, bytes.Equal(head, magic)
		return nil
	}
	s.torn = int64(n)
	return io.EOF
}

func (s *segment) nextPlain() ([]byte, error) {
	if s.plain == nil {
		s.plain = bufio.NewReaderSize(s.rest(), 64<<10)
	}
	s.long = s.long[:0]
	for {
		part, err := s.plain.ReadSlice('\n')
		if len(s.long)+len(part) > maxText {
			return nil, fmt.Errorf("%w: it has more than %d bytes", errForeign, maxText)
		}
		switch {
		case err == nil && len(s.long) == 0:
			return s.whole(part), nil
		case err == nil:
			s.long = append(s.long, part...)
			return s.whole(s.long), nil
		case errors.Is(err, bufio.ErrBufferFull):
			s.long = append(s.long, part...)
		case errors.Is(err, io.EOF):
			// It is read again from its beginning, since a writer may have cut
			// it off by then.
			s.torn = int64(len(s.long) + len(part))
			s.plain.Reset(s.rest())
			return nil, io.EOF
		default:
			return nil, err
		}
	}
}

func (s *segment) rest() io.Reader { return io.NewSectionReader(s.r, s.off, math.MaxInt64-s.off) }

func (s *segment) whole(line []byte) []byte {
	s.off += int64(len(line))
	s.line++
	return line[:len(line)-1]
}

func (s *segment) nextOfFrame() ([]byte, error) {
	if len(s.pending) == 0 {
		size, err := frameSize(s.r, s.off)
		if err == nil {
			s.pending, err = s.decoder.frame(s.r, s.off, size)
		}
		switch {
		case errors.Is(err, errTorn):
			s.torn = s.behind()
			return nil, io.EOF
		case err != nil:
			return nil, err
		}
		s.off += size
	}
	line, rest, _ := bytes.Cut(s.pending, []byte("\n"))
	s.pending = rest
	s.line++
	return line, nil
}

// behind returns how many bytes there are behind the whole frames.
func (s *segment) behind() int64 {
	n, err := io.Copy(io.Discard, s.rest())
	if err != nil {
		return 1 // at least, but they cannot be read
	}
	return n
}
