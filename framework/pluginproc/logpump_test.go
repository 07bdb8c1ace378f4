//go:build linux

package pluginproc_test

import (
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/pluginproc/logline"
)

func TestLogLines(t *testing.T) {
	t.Parallel()
	b := setup(t, "plugin")
	p := b.start(t)
	who := fmt.Sprintf(" plugin=demo pid=%d", p.PID())
	record := string(logline.Append(nil, logline.Record{
		Time: time.Now(), Level: slog.LevelWarn, Message: "low on\nink", Task: "print", Future: 12,
		Attrs: []slog.Attr{slog.Int("left", 3), slog.Group("page", slog.String("size", "A4\x07")), slog.String("pid", "1"), slog.String("plugin", "root"), slog.String("task", "x")},
	}))
	for in, want := range map[string]string{
		"plain text\n":          "INFO plain text" + who + " stream=stderr",
		"red \x1b[31m \x00\r\n": `INFO red \x1b[31m \x00` + who + " stream=stderr",
		"bad \xff utf\n":        "INFO bad \uFFFD utf" + who + " stream=stderr",
		record:                  "WARN low on\nink" + who + ` task=print future=12 left=3 page.size=A4\a attrs.pid=1 attrs.plugin=root attrs.task=x`,
		"\x1e{\"msg\":\"by hand\",\"level\":\"DEBUG\"}\n": "DEBUG by hand" + who,
		"\x1e{broken\n":                        `INFO \x1e{broken` + who + " stream=stderr",
		`{"@message": 5}` + "\n":               `INFO {"@message": 5}` + who + " stream=stderr",
		`{"@level":7,"@message":"odd"}` + "\n": "INFO odd" + who,
		`{"@level":"error","@message":"bad","@module":"m","@timestamp":"x","k":{"a":[1]},"pid":2}` + "\n": "ERROR bad" + who + " module=m k.a=[1] attrs.pid=2",
		`{"level":"info","msg":"other JSON"}` + "\n":                                                      `INFO {"level":"info","msg":"other JSON"}` + who + " stream=stderr",
		"[WARN] old style\n": "INFO [WARN] old style" + who + " stream=stderr",
	} {
		ask(t, p, "stderr "+strconv.Quote(in))
		require.Contains(t, b.logs.await(t, strings.SplitN(want, who, 2)[0]+who), want)
	}
	ask(t, p, "raw-stdout printed\n")
	require.Contains(t, b.logs.await(t, "printed"), "INFO printed"+who+" stream=stdout")
	ask(t, p, "synced through go-plugin\n")
	require.Contains(t, b.logs.await(t, "through go-plugin"), "INFO through go-plugin"+who+" stream=stdout")

	ask(t, p, "stderr no newline at the end")
	p.Kill()
	require.Contains(t, b.logs.await(t, "no newline at the end"), "INFO no newline at the end"+who+" stream=stderr")
	stderr := exitOf(t, p).Stderr
	require.Contains(t, stderr, "plain text\n")
	require.NotContains(t, stderr, "ink", "records are no plain output")
}

func TestLongLinesAreSplit(t *testing.T) {
	t.Parallel()
	b := setup(t, "plugin")
	p := b.start(t)
	ask(t, p, "long-line")
	ask(t, p, "stderr end\n")
	ask(t, p, "raw-stdout end of stdout\n")
	b.logs.await(t, "INFO end of stdout ")
	pieces, length := 0, 0
	for _, line := range b.logs.await(t, "INFO end plugin") {
		if strings.HasPrefix(line, "INFO ä") {
			text, _, _ := strings.Cut(strings.TrimPrefix(line, "INFO "), " ")
			require.LessOrEqual(t, len(text), 64<<10)
			require.NotContains(t, text, "\uFFFD")
			pieces, length = pieces+1, length+len(text)
		}
	}
	require.Equal(t, 16, pieces)
	require.Equal(t, 1<<20, length)
	p.Kill()
	require.LessOrEqual(t, len(exitOf(t, p).Stderr), 64<<10)
	require.Contains(t, exitOf(t, p).Stderr, "ä\nend\n")
}

// What Go prints when C code crashes that it called, and when a signal comes
// that nobody expected.
const (
	cgoCrash = `noise
SIGSEGV: segmentation violation
PC=0x47e520 m=0 sigcode=1 addr=0x0
signal arrived during cgo execution

goroutine 1 gp=0xc0 m=0 mp=0x5 [syscall]:
runtime.cgocall(0x47e520, 0xe7c00ce6f38)
	/go/src/runtime/cgocall.go:167 +0x4b fp=0xe7c00ce6f10 sp=0xe7c00ce6ed8 pc=0x4732cb
main._Cfunc_crash()
	_cgo_gotypes.go:46 +0x3a fp=0xe7c00ce6f38 sp=0xe7c00ce6f10 pc=0x47e47a
main.T.work(...)
	/src/main.go:10
main.main()
	/src/main.go:11 +0xf fp=0xe7c00ce6f48 sp=0xe7c00ce6f38 pc=0x47e4af
runtime.main()
	/go/src/runtime/proc.go:290 +0x2d5 fp=0xe7c00ce6fe0 sp=0xe7c00ce6f48 pc=0x445ed5

goroutine 2 gp=0xc1 m=nil [force gc (idle)]:
main.other()
	/src/main.go:99 +0xce

rax    0x0
rip    0x47e520
`
	signalCrash = `noise
fatal error: unexpected signal during runtime execution
[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x55]

runtime stack:
runtime.throw({0x5?, 0x0?})
	/go/src/runtime/panic.go:1101 +0x48
runtime.sigpanic()
	/go/src/runtime/signal_unix.go:939 +0x26c

goroutine 1 gp=0xc0 m=0 mp=0x5 [syscall]:
runtime.cgocall(0x48, 0xc0)
	/go/src/runtime/cgocall.go:167 +0x4b
main._Cfunc_crash()
	_cgo_gotypes.go:39 +0x3f
main.(*T).work(0xc0, {0x1, 0x2})
	/src/main.go:12 +0xf
created by main.main in goroutine 7
	/src/main.go:5 +0x1

goroutine 2 [force gc (idle)]:
runtime.gopark(0x0?)
	/go/src/runtime/proc.go:435 +0xce

rax    0x0
rip    0x55
`
)

func TestCrashInC(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text, want string
		frames     []string
	}{
		"in a call": {cgoCrash, "exit code 2: SIGSEGV: segmentation violation",
			[]string{"main._Cfunc_crash _cgo_gotypes.go:46", "main.T.work /src/main.go:10", "main.main /src/main.go:11"}},
		"out of the blue": {signalCrash, "exit code 2: fatal error: unexpected signal during runtime execution: SIGSEGV: segmentation violation",
			[]string{"main._Cfunc_crash _cgo_gotypes.go:39", "main.(*T).work /src/main.go:12", "created by main.main in goroutine 7 /src/main.go:5"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := setup(t, "plugin").start(t)
			ask(t, p, "stderr "+c.text+strings.Repeat("r13    0xc000182000\n", 300))
			_, err := do(p, "exit 2")
			require.Error(t, err)
			e := exitOf(t, p)
			require.Equal(t, c.want, e.String())
			require.Equal(t, c.frames, e.Frames)
			require.True(t, strings.HasSuffix(e.Stderr, "\nr13    0xc000182000\n"))
			require.Contains(t, e.Stderr, "\n\ngoroutine 1 ", "empty lines of its own are kept")
		})
	}
}

// The SDK begins each record with an end of line, so that a record is one also
// behind what was printed without.
func TestRecordsLeaveNoTraceInStderr(t *testing.T) {
	t.Parallel()
	b := setup(t, "plugin")
	p := b.start(t)
	record := "\n" + string(logline.Append(nil, logline.Record{Level: slog.LevelInfo, Message: "a record"}))
	hclog := `{"@level":"info","@message":"another"}` + "\n"
	ask(t, p, "stderr "+record+record+"first\n"+record+hclog+"no end"+record+record+"paragraph\n\n\nnext\n"+record+"panic: x\n"+record+
		"\n\ngoroutine 1 [running]:\nmain.f(0x1)\n\t/a.go:1 +0x1\n"+record+"main.g(0x1)\n\t/a.go:2 +0x1\n\n"+record+"main.not()\n\t/a.go:3 +0x1\n"+record)
	_, err := do(p, "exit 2")
	require.Error(t, err)
	e := exitOf(t, p)
	require.Equal(t, "first\nno end\nparagraph\n\n\nnext\npanic: x\n\n\ngoroutine 1 [running]:\nmain.f(0x1)\n\t/a.go:1 +0x1\nmain.g(0x1)\n\t/a.go:2 +0x1\n\nmain.not()\n\t/a.go:3 +0x1\n", e.Stderr)
	require.Equal(t, []string{"main.f /a.go:1", "main.g /a.go:2"}, e.Frames)
	require.Equal(t, 10, strings.Count(strings.Join(b.logs.await(t, "main.not"), "\n"), " a record "))
}
