//go:build linux

package pluginproc_test

import (
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/pluginproc"
	"github.com/signalbox-go/signalbox/framework/pluginproc/logline"
)

// survived is what programs print of a panic that they have recovered.
const survived = "panic: the cat is out\ngoroutine 7 [running]:\nmain.handle(0x1)\n\t/src/handle.go:1 +0x1\n"

// dumped is what Go prints of a signal in a thread of C whose stack it cannot
// unwind.
var dumped = "SIGSEGV: segmentation violation\nPC=0x7fe2ead93dd4 m=5 sigcode=0 addr=0x285a\n\n" +
	"goroutine 0 gp=0x28f525682780 m=5 mp=0x28f52568c008 [idle]:\nruntime: g 0 gp=0x28f525682780: unknown pc 0x7fe2ead93dd4\n" +
	"stack: frame={sp:0x7fe2a285bb90, fp:0x0} stack=[0x7fe2a205c260,0x7fe2a285be60)\n" +
	"                   7 6 5 4  3 2 1 0   f e d c  b a 9 8  0123456789abcdef\n" +
	"00007fe2a285baa0: 00000000 00001000  00000000 00401960  ........`.@.....\n" +
	"                                     ^ <threadentry+0x0>\n" +
	strings.Repeat("00007fe2a285bab0: 00000000 00000000  00000000 00000000  ................\n", 40)

// TestReason has a process speak of crashes, and then end: the reason of its
// end is the account of a crash that were its last words, and that explains
// such an end.
func TestReason(t *testing.T) {
	t.Parallel()
	say := func(text string) string { return "stderr " + strconv.Quote(text) }
	lines := func(n int) string { return say(strings.Repeat("chatter\n", n)) }
	record := string(logline.Append([]byte("\n"), logline.Record{Level: slog.LevelInfo, Message: "at work"}))
	for name, c := range map[string]struct {
		commands []string
		text     string
		frame    string
	}{
		"spoken of, then another end":       {[]string{say("panic: not really\n"), say("leaving\n"), "exit 3"}, "exit code 3", ""},
		"spoken of, then killed":            {[]string{say("panic: not really\n"), "SIGKILL"}, "killed by signal 9 (SIGKILL)", ""},
		"survived, then killed":             {[]string{say(survived), "SIGKILL"}, "killed by signal 9 (SIGKILL)", ""},
		"survived, then told to end":        {[]string{say(survived), "SIGTERM"}, "killed by signal 15 (SIGTERM)", ""},
		"survived, then another end":        {[]string{say(survived), lines(1), "exit 3"}, "exit code 3", ""},
		"survived, and much said":           {[]string{say(survived), lines(11), "exit 2"}, "exit code 2", ""},
		"survived, and much logged":         {[]string{say(survived), say(strings.Repeat(record, 11)), "exit 2"}, "exit code 2", ""},
		"survived, then a panic":            {[]string{say(survived), "panic boom"}, "exit code 2: panic: boom", "pluginproc_test.obey"},
		"survived, work, a panic":           {[]string{say(survived), lines(30), "panic boom"}, "exit code 2: panic: boom", "pluginproc_test.obey"},
		"survived, then a signal":           {[]string{say(survived), lines(3), "segfault"}, "exit code 2: SIGSEGV: segmentation violation", ""},
		"last words":                        {[]string{lines(30), say("fatal error: no GPU\n"), "exit 3"}, "exit code 3: fatal error: no GPU", ""},
		"last words, with a trace":          {[]string{say(survived), "exit 3"}, "exit code 3: panic: the cat is out", "main.handle /src/handle.go:1"},
		"last words without an end":         {[]string{say("fatal error: no GPU"), "exit 3"}, "exit code 3: fatal error: no GPU", ""},
		"a stack that is not unwound":       {[]string{say(dumped), "exit 2"}, "exit code 2: SIGSEGV: segmentation violation", ""},
		"others talk on":                    {[]string{say(cgoCrash), lines(10), "exit 2"}, "exit code 2: SIGSEGV: segmentation violation", "main._Cfunc_crash _cgo_gotypes.go:46"},
		"others interrupt":                  {[]string{say("panic: x\nchatter\n\nmore chatter\ngoroutine 7 [running]:\nmain.f(0x1)\n\t/a.go:1 +0x1\n"), "exit 2"}, "exit code 2: panic: x", "main.f /a.go:1"},
		"behind half a line":                {[]string{say("50% done..."), "panic boom"}, "exit code 2: panic: boom", "pluginproc_test.obey"},
		"behind half a line, having talked": {[]string{say("panic: not really\n50% done..."), "panic boom"}, "exit code 2: panic: boom", "pluginproc_test.obey"},
		"behind half a line, a signal":      {[]string{say("50% done..."), "segfault"}, "exit code 2: SIGSEGV: segmentation violation", ""},
		"in the middle of a line":           {[]string{say("50% done, no panic: so far\n"), "exit 2"}, "exit code 2", ""},
		"a trace, and no crash":             {[]string{say("where am I?\ngoroutine 7 [running]:\nmain.f(0x1)\n\t/a.go:1 +0x1\n"), "exit 2"}, "exit code 2", ""},
		"in C++":                            {[]string{say("terminate called after throwing an instance of 'std::runtime_error'\n  what():  boom\n"), "abort"}, "killed by signal 6 (SIGABRT): terminate called after throwing an instance of 'std::runtime_error'", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := setup(t, "plugin").start(t)
			for _, command := range c.commands {
				switch command {
				case "SIGKILL":
					require.NoError(t, syscall.Kill(p.PID(), syscall.SIGKILL))
				case "SIGTERM":
					require.NoError(t, p.Terminate())
				default:
					_, _ = do(p, command) // the last ends it
				}
			}
			e := exitOf(t, p)
			require.Equal(t, c.text, e.String(), "%s", e.Stderr)
			if c.frame != "" {
				require.NotEmpty(t, e.Frames)
				require.Contains(t, e.Frames[0], c.frame)
			}
			if e.Reason == "" {
				require.Empty(t, e.Frames)
			}
		})
	}
}

// TestReasonOfLongAgo has a program say it long before it ends, without a word.
func TestReasonOfLongAgo(t *testing.T) {
	t.Parallel()
	b := shell(t, "echo 'panic: not really' >&2; sleep 3.3; exit 2")
	err := b.fail(t, pluginproc.ErrDiedAtStart)
	require.ErrorContains(t, err, "exit code 2; its stderr ends: panic: not really")
	var died *pluginproc.DiedError
	require.ErrorAs(t, err, &died)
	require.Empty(t, died.Exit.Reason)
}

func TestExplain(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ä", 1<<10)
	for want, e := range map[string]pluginproc.Exit{
		"exit code 3":                       {Code: 3},
		"exit code 3: fatal error: no GPU":  {Code: 3, Reason: "fatal error: no GPU", Stderr: "fatal error: no GPU\n"},
		"exit code 3; its stderr ends: bye": {Code: 3, Stderr: "\n bye\n\n"},
		"exit code 2: panic: boom at a < b < c; its stderr ends: panic: boom | x": {
			Code: 2, Reason: "panic: boom", Frames: []string{"a", "b", "c", "d"}, Stderr: "panic: boom\n\nx\n"},
		"killed by signal 9 (SIGKILL), out of memory; its stderr ends: 3 | 4 | 5 | 6 | \\x1b[7m": {
			Code: -1, Signal: syscall.SIGKILL, OOM: true, Stderr: "1\n2\n3\n4\n5\n6\n\x1b[7m\n"},
		"exit code 1; its stderr ends: …" + long[:1<<10]: {Code: 1, Stderr: fmt.Sprint("x\n", long)},
	} {
		require.Equal(t, want, e.Explain())
	}
}
