package pluginproc

import (
	"bytes"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Internal: millions of lines cannot be sent through processes.
func FuzzLogPump(f *testing.F) {
	f.Add([]byte("panic: x\n\ngoroutine 1 [running]:\nmain.f(0x1)\n\t/a.go:1 +0x1\n"), 3)
	f.Add([]byte("50%panic: y\nmore\n\ngoroutine 1 [running]:\nmain.f(0x1)\n\t/a.go:1 +0x1\ngoroutine 2 [x]:\nSIGQUIT: quit\nother\n"), 5)
	f.Add([]byte("\x1e{\"msg\":\"m\",\"attrs\":{\"a\":{}}}\n{\"@message\":5}\n"), 7)
	f.Add(bytes.Repeat([]byte("\xffä"), maxLine), 4000)
	f.Fuzz(func(t *testing.T, text []byte, step int) {
		p := newLogPump(slog.New(slog.DiscardHandler), "demo", 1)
		longest := 0
		s := p.stream(streamStderr)
		emit := s.emit
		s.emit = func(line []byte) { longest = max(longest, len(line)); emit(line) }
		step = max(1, step)
		for rest := text; len(rest) > 0; {
			n := min(len(rest), step)
			_, _ = s.Write(rest[:n])
			rest = rest[n:]
		}
		s.close()
		require.LessOrEqual(t, longest, maxLine)
		_, frames := p.account(end{at: time.Now(), code: 2})
		require.LessOrEqual(t, len(frames), maxFrames)
		require.LessOrEqual(t, len(p.tail.buf), 2*tailSize+maxLine+1)
	})
}
