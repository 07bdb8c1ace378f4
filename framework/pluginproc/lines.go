package pluginproc

import (
	"bytes"
	"unicode/utf8"
)

// maxLine is the longest line that is kept in one piece, in bytes; the log
// format allows records of that length including their newline.
const maxLine = 64 << 10

// lineSplitter cuts what is written to it into lines and hands them over
// without their newline. Longer lines come in pieces of at most maxLine bytes,
// cut between characters. The slice is only valid during the call.
// Not safe for concurrent use.
type lineSplitter struct {
	emit func(line []byte)
	part []byte // the beginning of a line whose end has not come
}

func (s *lineSplitter) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		end := bytes.IndexByte(p, '\n')
		if end < 0 {
			s.add(p)
			break
		}
		if len(s.part) == 0 && end < maxLine {
			s.emit(p[:end])
		} else {
			s.add(p[:end])
			s.flush()
		}
		p = p[end+1:]
	}
	return n, nil
}

// add keeps the beginning of a line, and hands over what is too long to keep.
func (s *lineSplitter) add(p []byte) {
	for len(s.part)+len(p) > maxLine {
		n := maxLine - len(s.part)
		s.part = append(s.part, p[:n]...)
		p = p[n:]
		end := wholeRunes(s.part)
		s.emit(s.part[:end])
		s.part = append(s.part[:0], s.part[end:]...)
	}
	s.part = append(s.part, p...)
}

// flush ends the line; also called for a last line that has no newline.
func (s *lineSplitter) flush() {
	s.emit(s.part)
	s.part = s.part[:0]
	if cap(s.part) > 4<<10 {
		s.part = nil // one long line does not keep its memory for ever
	}
}

// close hands over an unfinished last line.
func (s *lineSplitter) close() {
	if len(s.part) > 0 {
		s.flush()
	}
}

// wholeRunes is the length of p without a character cut off at its end.
func wholeRunes(p []byte) int {
	for i := len(p) - 1; i >= 0 && i >= len(p)-utf8.UTFMax; i-- {
		if utf8.RuneStart(p[i]) {
			if i > 0 && !utf8.FullRune(p[i:]) {
				return i
			}
			break
		}
	}
	return len(p)
}
