package pluginproc

import (
	"bytes"
	"regexp"
	"strings"
	"sync"
	"time"
)

const (
	maxFrames = 20   // kept in the end
	maxTraced = 200  // lines of one goroutine that are looked at
	maxReason = 2048 // bytes
	// maxForeign is how many lines of others may stand within or behind an
	// account: other threads and programs write to the same stderr.
	maxForeign = 10
	// maxAccountAge is how long before the end an account may have been given.
	maxAccountAge = 3 * time.Second
)

// crash finds the account that a dying program gives of its death: the reason
// and the crashing goroutine's frames. Go answers a segfault in C with exit
// code 2 and hundreds of lines that end in register values; what matters is
// near their beginning.
//
// Programs also speak of crashes that they survive. So an account counts only
// as the last words: what is said behind it withdraws it, as does the next
// account; and see [crash.account].
type crash struct {
	last account // zero for none
	// half is a reason behind something that was printed without an end of line.
	// It counts if a goroutine's trace follows.
	half     string
	halfLife int // lines that have come since
}

// account is one account of a crash.
type account struct {
	reason  string
	at      time.Time // of its latest line
	traced  bool      // a goroutine's trace belongs to it
	foreign int       // lines of others since its latest line

	state  traceState
	lines  int
	name   string // of the frame whose place comes on the next line
	frames []frame
}

type traceState int

const (
	beforeTrace traceState = iota
	inTrace
	behindTrace
)

type frame struct{ name, place string }

var (
	// goCrash begins an account of Go's runtime.
	goCrash = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?:panic|fatal error|SIG[A-Z]+): `) })
	// ofAccount is what the lines of an account look like behind the first: those
	// that are indented, calls, goroutines, what the runtime says of a signal,
	// what lies on a stack that it cannot unwind, and registers.
	ofAccount = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(?:[ \t]|\[signal |created by |runtime: |runtime stack:|stack: frame=|[0-9a-f]{8,16}: [0-9a-f]{8} |PC=|signal arrived |-----$|\.\.\..*frames elided|[^\s(]+\(.*\)$|[a-z][a-z0-9]*\s+0x[0-9a-f]+$)`)
	})
)

// crashMarks are what goCrash begins with: to look for those first makes a flood
// of lines cost a tenth.
var crashMarks = [][]byte{[]byte("panic: "), []byte("fatal error: "), []byte("SIG")}

// otherCrashes are said by the dynamic loader, and by C++.
var otherCrashes = [][]byte{[]byte("error while loading shared libraries"), []byte("symbol lookup error"),
	[]byte("Library not loaded"), []byte("terminate called after throwing")}

func containsAny(line []byte, marks [][]byte) bool {
	for _, m := range marks {
		if bytes.Contains(line, m) {
			return true
		}
	}
	return false
}

// findCrash returns where an account of Go's runtime begins in a line, -1 for
// nowhere.
func findCrash(line []byte) int {
	if containsAny(line, crashMarks) {
		if i := goCrash().FindIndex(line); i != nil {
			return i[0]
		}
	}
	return -1
}

func (c *crash) line(line []byte, at time.Time) {
	if len(line) == 0 {
		c.last.blank()
		return
	}
	if bytes.HasPrefix(line, []byte("goroutine ")) {
		c.goroutine(line, at)
		return
	}
	if c.last.reason != "" && ofAccount().Match(line) {
		c.last.more(line, at)
		return
	}
	if i := findCrash(line); i >= 0 {
		switch reason := clip(printable(line[i:]), maxReason); {
		case i > 0:
			c.half, c.halfLife = reason, 0
		case c.last.traced && c.last.foreign == 0 && line[0] == 'S':
			c.last.at = at // the runtime goes on with what other threads were doing
			return
		default:
			c.last, c.half = account{reason: reason, at: at}, ""
			return
		}
	} else if containsAny(line, otherCrashes) {
		c.last, c.half = account{reason: clip(printable(line), maxReason), at: at}, ""
		return
	}
	c.foreign()
}

// foreign takes note of a line that belongs to no account.
func (c *crash) foreign() {
	if c.halfLife++; c.halfLife > maxForeign {
		c.half = ""
	}
	if c.last.foreign++; c.last.foreign > maxForeign {
		c.last = account{}
	}
}

// goroutine takes the head of a trace: goroutine 7 [running]:
func (c *crash) goroutine(line []byte, at time.Time) {
	if c.half != "" {
		c.last, c.half = account{reason: c.half}, ""
	}
	a := &c.last
	if a.reason == "" {
		return // a trace, and no crash
	}
	a.traced, a.at, a.foreign = true, at, 0
	switch {
	case a.state == inTrace:
		a.state = behindTrace
	case a.state == beforeTrace && !bytes.HasPrefix(line, []byte("goroutine 0 ")): // which is the runtime's own
		a.state = inTrace
	}
}

func (a *account) blank() {
	if a.state == inTrace {
		a.state = behindTrace
	}
}

// more takes a further line of the account.
func (a *account) more(line []byte, at time.Time) {
	a.at, a.foreign = at, 0
	switch a.state {
	case beforeTrace:
		if a.reason == unexpectedSignal {
			a.reason += signalOf(line)
		}
	case inTrace:
		if a.lines++; a.lines > maxTraced {
			a.state = behindTrace
			return
		}
		a.frame(clip(printable(line), maxReason))
	}
}

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

// frame takes a frame's two lines: main.f(0x1) and, indented, its place.
func (a *account) frame(line string) {
	if place, ok := strings.CutPrefix(line, "\t"); ok {
		if a.name != "" {
			place, _, _ = strings.Cut(place, " +0x")
			a.frames = append(a.frames, frame{a.name, place})
		}
		a.name = ""
		return
	}
	a.name = line
	if end := strings.LastIndexByte(line, '('); end > 0 && strings.HasSuffix(line, ")") {
		a.name = line[:end] // the arguments' machine words say nothing
	}
}

// end is what is known of a process's end besides what it said.
type end struct {
	at     time.Time
	code   int
	signal bool // raised by a crash, as far as is known
	core   bool // memory was dumped first, which takes its time
}

// account returns the account of that end: the last one, if nothing was said
// behind it. Where others have said something, it must be one with a trace, to
// which the end is a crash's.
func (c *crash) account(e end) (reason string, frames []string) {
	a := &c.last
	switch {
	case a.reason == "":
		return "", nil
	case !e.core && e.at.Sub(a.at) > maxAccountAge:
		return "", nil
	case a.foreign > 0 && !(a.traced && (e.signal || e.code == goCrashCode)):
		return "", nil
	}
	return a.reason, a.trimmed()
}

// goCrashCode is the exit code of a Go program that has crashed.
const goCrashCode = 2

// trimmed are the frames without the runtime's own, if others are left.
func (a *account) trimmed() []string {
	var own, all []string
	for _, f := range a.frames {
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
