package pluginproc

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/signalbox-go/signalbox/framework/pluginproc/logline"
)

// Streams a line may come from.
const (
	streamStdout = "stdout"
	streamStderr = "stderr"
)

// readSize is how much is read from a plugin at once, in bytes.
const readSize = 16 << 10

// logPump turns what one plugin process writes into log records, and remembers
// the end of it and the account of a crash. It never panics and holds a bounded
// amount of memory, whatever the plugin writes. Safe for concurrent use.
type logPump struct {
	logger *slog.Logger // plugin and pid are set
	now    func() time.Time

	mu    sync.Mutex
	tail  tail
	crash crash
	blank bool // an empty line is held back
}

func newLogPump(logger *slog.Logger, plugin string, pid int) *logPump {
	return &logPump{logger: logger.With(keyPlugin, plugin, keyPID, pid), now: time.Now}
}

// stream returns the writer for one of the plugin's outputs.
func (p *logPump) stream(name string) *lineSplitter {
	return &lineSplitter{emit: func(line []byte) { p.line(name, line) }}
}

// drain reads f to its end, or until its deadline is moved to the past.
func (p *logPump) drain(name string, f io.Reader) {
	p.copy(name, p.stream(name), f)
}

func (p *logPump) copy(name string, s *lineSplitter, f io.Reader) {
	defer s.close()
	buf := make([]byte, readSize)
	for {
		n, err := f.Read(buf)
		_, _ = s.Write(buf[:n]) // never fails
		if err != nil {
			if !errors.Is(err, io.EOF) && !errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, os.ErrClosed) {
				p.logger.Warn("reading the plugin's output failed", "stream", name, "error", err)
			}
			return
		}
	}
}

// line logs one line: a record of our own SDK, one of hclog, or plain text.
func (p *logPump) line(stream string, line []byte) {
	if stream == streamStderr {
		r, err := logline.Parse(line)
		ok := err == nil
		if !ok {
			r, ok = parseHclog(line)
		}
		p.remember(line, ok)
		if ok {
			p.log(r)
			return
		}
	}
	if text := printable(line); strings.TrimSpace(text) != "" {
		p.logger.Info(text, keyStream, stream)
	}
}

// remember keeps a line of stderr that is no record. The SDK begins a record
// with an end of line, in case something was printed without one; the empty
// line that this makes otherwise is part of the record.
func (p *logPump) remember(line []byte, record bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if record {
		p.blank = false
		p.crash.foreign()
		return
	}
	if p.blank {
		p.tail.line(nil)
		p.crash.line(nil, time.Time{})
	}
	p.blank = len(line) == 0
	if !p.blank {
		p.tail.line(line)
		p.crash.line(line, p.now())
	}
}

// log hands a plugin's record to the host's logger. Who said it is the host's
// to say: a plugin cannot set those keys.
func (p *logPump) log(r logline.Record) {
	ctx := context.Background()
	if !p.logger.Enabled(ctx, r.Level) {
		return
	}
	if r.Time.IsZero() {
		r.Time = p.now()
	}
	rec := slog.NewRecord(r.Time, r.Level, printableText(r.Message), 0)
	if r.Task != "" {
		rec.AddAttrs(slog.String(keyTask, printableText(r.Task)))
	}
	if r.Future != 0 {
		rec.AddAttrs(slog.Uint64(keyFuture, r.Future))
	}
	for _, a := range r.Attrs {
		if a.Value.Kind() == slog.KindString {
			a.Value = slog.StringValue(printableText(a.Value.String()))
		}
		rec.AddAttrs(slog.Attr{Key: attrKey(a.Key), Value: a.Value})
	}
	if err := p.logger.Handler().Handle(ctx, rec); err != nil {
		return // nowhere is left to report a failing logger to
	}
}

// The keys the host sets on every line.
const (
	keyPlugin = "plugin"
	keyPID    = "pid"
	keyTask   = "task"
	keyFuture = "future"
	keyStream = "stream"
	keyWorker = "worker" // set by executors
)

// attrKey keeps a plugin from setting what is the host's to say: its own keys, and
// those by which slog's handlers name the parts of a record, of which a reader of
// JSON would believe the last.
func attrKey(key string) string {
	switch key {
	case keyPlugin, keyPID, keyTask, keyFuture, keyStream, keyWorker, slog.TimeKey, slog.LevelKey, slog.MessageKey, slog.SourceKey:
		return "attrs." + key
	}
	return printableText(key)
}

// printableText keeps newlines, which structured records may hold.
func printableText(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = printable([]byte(l))
	}
	return strings.Join(lines, "\n")
}

// parseHclog reads a line of go-hclog's JSON format, which Go plugins built on
// plain go-plugin write. Anything unexpected makes it plain text.
func parseHclog(line []byte) (logline.Record, bool) {
	if len(line) == 0 || line[0] != '{' {
		return logline.Record{}, false
	}
	fields, err := logline.Object(line)
	if err != nil {
		return logline.Record{}, false
	}
	var r logline.Record
	var rest []logline.Field
	seen := false
	for _, f := range fields {
		switch f.Key {
		case "@message":
			r.Message, seen = logline.Text(f.Value)
		case "@level":
			r.Level = hclogLevel(f.Value)
		case "@timestamp":
			s, _ := logline.Text(f.Value)
			r.Time, _ = time.Parse("2006-01-02T15:04:05.000000Z07:00", s) // zero on error: now
		default:
			f.Key = strings.TrimPrefix(f.Key, "@")
			rest = append(rest, f)
		}
	}
	r.Attrs = logline.Flatten(rest)
	return r, seen
}

func hclogLevel(raw json.RawMessage) slog.Level {
	switch s, _ := logline.Text(raw); s {
	case "trace":
		return slog.LevelDebug - 4
	case "debug":
		return slog.LevelDebug
	case "warn":
		return slog.LevelWarn
	case "error":
		return slog.LevelError
	default:
		return slog.LevelInfo
	}
}

// stderr returns the end of what the plugin wrote there besides records.
func (p *logPump) stderr() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tail.String()
}

// account returns what the plugin said of the crash that ended it so.
func (p *logPump) account(e end) (reason string, frames []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.crash.account(e)
}
