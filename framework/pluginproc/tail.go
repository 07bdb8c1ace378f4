package pluginproc

import (
	"strings"
	"unicode/utf8"
)

// tailSize is how much of a plugin's last plain output is kept, in bytes.
const tailSize = 64 << 10

// tail keeps the end of what is written to it.
type tail struct {
	buf []byte
	cut bool // buf does not begin where the output began
}

func (t *tail) line(p []byte) {
	t.buf = append(append(t.buf, p...), '\n')
	if len(t.buf) > 2*tailSize { // cut rarely, so that a byte moves once on average
		t.buf = append(t.buf[:0], t.buf[len(t.buf)-tailSize:]...)
		t.cut = true
	}
}

// String begins with a whole character; invalid bytes are replaced.
func (t *tail) String() string {
	end := t.buf[max(0, len(t.buf)-tailSize):]
	for (t.cut || len(end) < len(t.buf)) && len(end) > 0 && !utf8.RuneStart(end[0]) {
		end = end[1:]
	}
	return strings.ToValidUTF8(string(end), "\uFFFD")
}
