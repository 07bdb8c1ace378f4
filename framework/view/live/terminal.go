package live

import (
	"bytes"
	"os"
	"sync"
)

// terminal is the file that is drawn on. It tells when the first frame has been
// drawn: before, nothing may be printed above it.
type terminal struct {
	*os.File
	once  sync.Once
	drawn chan struct{}
}

// hideCursor is what the first frame has before it.
const hideCursor = "\x1b[?25l"

// Write writes to the file.
func (t *terminal) Write(p []byte) (int, error) {
	n, err := t.File.Write(p)
	if err != nil || bytes.Contains(p, []byte(hideCursor)) {
		t.once.Do(func() { close(t.drawn) })
	}
	return n, err
}

// WriteString writes to the file. Without it, that of the file would be called.
func (t *terminal) WriteString(s string) (int, error) { return t.Write([]byte(s)) }

// ReadFrom would be called by io.Copy, past Write.
func (t *terminal) ReadFrom(r interface{ Read([]byte) (int, error) }) (int64, error) {
	var b bytes.Buffer
	if _, err := b.ReadFrom(r); err != nil {
		return 0, err
	}
	n, err := t.Write(b.Bytes())
	return int64(n), err
}
