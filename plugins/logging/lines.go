package logging

import "io"

// linesBytes is how much gathers at most before it is written.
const linesBytes = 64 << 10

// lines gathers whole lines until they are flushed, so that the file is written
// once for many.
type lines struct {
	to  io.WriteCloser
	buf []byte
}

// Write takes one line.
func (l *lines) Write(line []byte) (int, error) {
	if len(l.buf) > 0 && len(l.buf)+len(line) > linesBytes {
		if err := l.flush(); err != nil {
			return 0, err
		}
	}
	l.buf = append(l.buf, line...)
	return len(line), nil
}

// flush writes what has gathered. What fails is kept, to be tried again.
func (l *lines) flush() error {
	if len(l.buf) == 0 {
		return nil
	}
	n, err := l.to.Write(l.buf)
	l.buf = append(l.buf[:0], l.buf[n:]...)
	return err
}

func (l *lines) close() error {
	err := l.flush()
	if e := l.to.Close(); err == nil {
		err = e
	}
	return err
}
