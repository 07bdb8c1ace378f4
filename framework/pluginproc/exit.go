package pluginproc

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/framework/internal/osproc"
)

// Exit tells how a plugin process ended.
type Exit struct {
	// Code is the exit code, -1 when a signal ended the process or the code is
	// unknown.
	Code int
	// Signal is what killed it, nil when it exited.
	Signal os.Signal
	// OOM is true when the system killed it for memory. Told on Linux, from the
	// counter of the host's control group; false where that is not known.
	OOM bool
	// Reason is the first line of a crash's account on stderr, such as
	// "panic: boom"; empty when there is none or the process ended well.
	Reason string
	// Frames are the functions and places the crash happened in, innermost first.
	Frames []string
	// Stderr is the end (64 KiB) of what it wrote to stderr, without log records.
	Stderr string
	// UserTime and SystemTime are the processor time of the process and of those
	// descendants it waited for. MaxRSS is its peak resident size in bytes; Linux
	// counts the host's own peak at the time of the start in.
	UserTime, SystemTime time.Duration
	MaxRSS               int64
	// Err says why the end could not be observed; nil as a rule.
	Err error
}

// OK reports whether the process exited with code 0.
func (e Exit) OK() bool { return e.Code == 0 && e.Signal == nil && e.Err == nil }

// String is one line: `exit code 3`, `killed by signal 9 (SIGKILL), out of
// memory`, `exit code 2: panic: boom`.
func (e Exit) String() string {
	s := e.status()
	if e.Reason != "" {
		s += ": " + e.Reason
	}
	return s
}

func (e Exit) status() string {
	switch {
	case e.Err != nil:
		return fmt.Sprintf("ended in an unknown way (%v)", e.Err)
	case e.Signal != nil && e.OOM:
		return "killed by signal " + osproc.SignalText(e.Signal) + ", out of memory"
	case e.Signal != nil:
		return "killed by signal " + osproc.SignalText(e.Signal)
	default:
		return fmt.Sprintf("exit code %d", e.Code)
	}
}

// Limits of what an error message quotes of stderr.
const (
	quoteLines = 5
	quoteBytes = 1 << 10
)

// explain is String plus, when no reason is known, the last lines of stderr.
func (e Exit) explain() string {
	if e.Reason != "" {
		return e.String()
	}
	if q := lastLines(e.Stderr); q != "" {
		return e.String() + "; its stderr ends: " + q
	}
	return e.String() + "; it wrote nothing to stderr"
}

// lastLines joins the last non-empty lines of text.
func lastLines(text string) string {
	var lines []string
	for l := range strings.Lines(text) {
		if l = printable([]byte(strings.TrimSpace(l))); l != "" {
			lines = append(lines, l)
		}
	}
	lines = lines[max(0, len(lines)-quoteLines):]
	s := strings.Join(lines, " | ")
	if len(s) > quoteBytes {
		s = "…" + strings.ToValidUTF8(s[len(s)-quoteBytes:], "")
	}
	return s
}

// newExit puts together what the system and the plugin's output say.
func newExit(st osproc.Status, pump *logPump) Exit {
	e := Exit{Code: -1, OOM: st.OOM, Err: st.Err}
	e.Reason, e.Frames, e.Stderr = pump.account()
	if s := st.State; s != nil {
		e.Code = s.ExitCode()
		e.Signal = osproc.Signal(s)
		e.UserTime, e.SystemTime = s.UserTime(), s.SystemTime()
		e.MaxRSS = osproc.MaxRSS(s)
	}
	if e.OK() {
		e.Reason, e.Frames = "", nil // it only spoke of a crash
	}
	return e
}
