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

// cgoCrash is the shape of what Go prints when C code crashes.
const cgoCrash = `noise
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

func TestCrashInC(t *testing.T) {
	t.Parallel()
	p := setup(t, "plugin").start(t)
	ask(t, p, "stderr "+cgoCrash+strings.Repeat("registers\n", 300))
	_, err := do(p, "exit 2")
	require.Error(t, err)
	e := exitOf(t, p)
	require.Equal(t, "exit code 2: fatal error: unexpected signal during runtime execution", e.String())
	require.Equal(t, []string{
		"main._Cfunc_crash _cgo_gotypes.go:39", "main.(*T).work /src/main.go:12", "created by main.main in goroutine 7 /src/main.go:5",
	}, e.Frames)
}
