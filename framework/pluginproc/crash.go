package pluginproc

import (
	"bytes"
	"regexp"
	"strings"
)

const (
	maxFrames = 20   // kept in the end
	maxTraced = 200  // lines of one goroutine that are looked at
	maxReason = 2048 // bytes
)

// crashLine begins the account a dying program gives of itself: Go's runtime,
// the dynamic loader, and libc.
var crashLine = regexp.MustCompile(`^panic: |^fatal error: |^SIG[A-Z]+: |runtime error: |error while loading shared libraries|symbol lookup error|Library not loaded|terminate called after throwing`)

// unexpectedSignal is what Go says of a signal that its own code did not cause;
// which one follows on the next line: [signal SIGSEGV: segmentation violation
// code=0x1 addr=0x0 pc=0x55].
const unexpectedSignal = "fatal error: unexpected signal during runtime execution"

func signalOf(line []byte) string {
	text, ok := strings.CutPrefix(printable(line), "[signal ")
	if !ok {
		return ""
	}
	text, _, _ = strings.Cut(text, " code=")
	return ": " + clip(text, maxReason)
}

// crash picks the reason and the crashing goroutine's frames out of stderr.
// Go answers a segfault in C with exit code 2 and hundreds of lines that end in
// register values: what matters is near their beginning.
type crash struct {
	reason string
	state  crashState
	lines  int
	name   string // of the frame whose place comes on the next line
	frames []frame
}

type crashState int

const (
	awaitReason crashState = iota
	awaitGoroutine
	inGoroutine
	traced
)

type frame struct{ name, place string }

func (c *crash) line(line []byte) {
	switch c.state {
	case awaitReason:
		if crashLine.Match(line) {
			c.reason = clip(printable(line), maxReason)
			c.state = awaitGoroutine
		}
	case awaitGoroutine:
		if c.reason == unexpectedSignal {
			c.reason += signalOf(line)
		}
		// "goroutine 7 [running]:"; goroutine 0 is the runtime's own.
		if bytes.HasPrefix(line, []byte("goroutine ")) && !bytes.HasPrefix(line, []byte("goroutine 0 ")) {
			c.state = inGoroutine
		}
	case inGoroutine:
		c.lines++
		if len(line) == 0 || c.lines > maxTraced || bytes.HasPrefix(line, []byte("goroutine ")) {
			c.state = traced
			return
		}
		c.frame(clip(printable(line), maxReason))
	}
}

// frame takes a frame's two lines: main.f(0x1) and, indented, its place.
func (c *crash) frame(line string) {
	if place, ok := strings.CutPrefix(line, "\t"); ok {
		if c.name != "" {
			place, _, _ = strings.Cut(place, " +0x")
			c.frames = append(c.frames, frame{c.name, place})
		}
		c.name = ""
		return
	}
	c.name = line
	if end := strings.LastIndexByte(line, '('); end > 0 && strings.HasSuffix(line, ")") {
		c.name = line[:end] // the arguments' machine words say nothing
	}
}

// trimmed are the frames without the runtime's own, if others are left.
func (c *crash) trimmed() []string {
	var own, all []string
	for _, f := range c.frames {
		text := f.name + " " + f.place
		all = append(all, text)
		if f.name != "panic" && !strings.HasPrefix(f.name, "runtime.") && !strings.HasPrefix(f.name, "runtime/") {
			own = append(own, text)
		}
	}
	if len(own) == 0 {
		own = all
	}
	return own[:min(len(own), maxFrames)]
}
