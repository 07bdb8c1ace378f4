package pluginproc

import (
	"fmt"
	"os"
	"strings"
	"syscall"
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
	// counter of its control group, or the host's; false where that is not known.
	OOM bool
	// Bounded is true when that was for a bound of [Process.Bound].
	Bounded bool
	// Reason is the first line of the account of a crash that ends stderr, such
	// as "panic: boom". It is empty when there is none, or none that explains this
	// end: the process went on, ended well, or was told to end (SIGKILL, SIGTERM).
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

// Explain is a line for errors: String, the innermost frames, and the end of
// stderr.
func (e Exit) Explain() string {
	s := e.String()
	if n := len(e.Frames); n > 0 {
		s += " at " + strings.Join(e.Frames[:min(n, quoteFrames)], " < ")
	}
	if lastLines(e.Stderr) == e.Reason {
		return s // that was all
	}
	return s + lastWords(e.Stderr)
}

// Limits of what an error message quotes.
const (
	quoteFrames = 3
	quoteLines  = 5
	quoteBytes  = 1 << 10
)

// noWords stands where nothing is left to quote.
const noWords = "; it wrote nothing to stderr"

// lastWords quotes the end of stderr; empty if there is nothing.
func lastWords(stderr string) string {
	q := lastLines(stderr)
	if q == "" {
		return ""
	}
	return "; its stderr ends: " + q
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
	e := Exit{Code: -1, OOM: st.OOM, Bounded: st.Bound, Err: st.Err, Stderr: pump.stderr()}
	said := end{at: pump.now()}
	if s := st.State; s != nil {
		e.Code = s.ExitCode()
		e.Signal = osproc.Signal(s)
		e.UserTime, e.SystemTime = s.UserTime(), s.SystemTime()
		e.MaxRSS = osproc.MaxRSS(s)
		said.core = osproc.CoreDumped(s)
	}
	if e.OK() || toldToEnd(e.Signal) {
		return e // it only spoke of a crash
	}
	said.code, said.signal = e.Code, e.Signal != nil
	e.Reason, e.Frames = pump.account(said)
	return e
}

// toldToEnd is true for signals that come from somebody else. No crash raises
// them, whatever the process has said.
func toldToEnd(s os.Signal) bool {
	switch s {
	case syscall.SIGKILL, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP:
		return true
	}
	return false
}
