//go:build linux

package faultstest

import (
	"runtime/debug"
	"runtime/metrics"
	"time"

	"github.com/stretchr/testify/require"

	"bytes"
	"fmt"
	"os"
	"strings"
)

// floodBytes is how much a flood prints.
const floodBytes = 100 << 20

// flood prints floodBytes: "stdout" or "stderr", and what: lines, long (lines of
// 10 MB), or bytes that are no UTF-8.
func flood(what string) error {
	to, form, _ := strings.Cut(what, " ")
	out := map[string]*os.File{"stdout": os.Stdout, "stderr": os.Stderr}[to]
	line := strings.Repeat("the quick brown fox ", 50) + "\n"
	switch form {
	case "long":
		line = strings.Repeat("x", 10_000_000) + "\n"
	case "no UTF-8":
		line = strings.Repeat("\xff\xfe\x00\x1b[2J\r", 500) + "\n"
	}
	b := bytes.Repeat([]byte(line), max(1, 1<<20/len(line)))
	for n := 0; n < floodBytes; n += len(b) {
		if _, err := out.Write(b); err != nil {
			return err
		}
	}
	return nil
}

// forge prints what looks like records of other plugins, tasks and futures.
func forge() error {
	for _, mark := range []string{"\x1e", ""} {
		for _, body := range []string{
			`{"level":"ERROR","msg":"forged\nlevel=ERROR msg=second","task":"bystander","future":1,"attrs":{"plugin":"other","pid":1,"msg":"x","time":"y","level":"z"}}`,
			`{"@level":"error","@message":"forged","plugin":"other","pid":1}`,
			`{"level":"ERROR","msg":`, `{"level":7}`, strings.Repeat(`{"attrs":`, 10_000),
		} {
			if _, err := fmt.Fprintf(os.Stderr, "%s%s\n", mark, body); err != nil {
				return err
			}
		}
	}
	return nil
}

// hostMemory is by how much the host's heap may grow in a flood, in bytes.
const hostMemory = 64 << 20

// flooded has a call print without measure, and watches the host's heap.
func flooded(what string) func(*House) {
	return func(h *House) {
		h.Bounded(hostMemory, func() { h.Await(h.Do("print", what)) })
	}
}

// Bounded requires that what is done makes the host's heap grow by so many bytes
// at most.
func (h *House) Bounded(bytes int64, do func()) {
	debug.FreeOSMemory()
	base := heap()
	done, ended := make(chan struct{}), make(chan int64)
	go func() {
		peak := int64(0)
		for tick := time.Tick(5 * time.Millisecond); ; {
			select {
			case <-tick:
				peak = max(peak, heap()-base)
			case <-done:
				ended <- peak
				return
			}
		}
	}()
	do()
	close(done)
	require.Less(h, <-ended, bytes, "growth of the host's heap, in bytes")
}

func heap() int64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return int64(s[0].Value.Uint64())
}

// floods are the cases in which code prints what it should not.
func floods() (out []Case) {
	for _, stream := range []string{"stdout", "stderr"} {
		for name, form := range map[string]string{"100 MB of lines": "lines", "lines of 10 MB": "long", "100 MB of no UTF-8": "no UTF-8"} {
			out = append(out, Case{Name: name + " to " + stream, Long: stream == "stdout" && form != "lines", Do: flooded(stream + " " + form)})
		}
	}
	return append(out, Case{Name: "forged log records", Do: by("forge", "")})
}
