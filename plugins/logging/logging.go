package logging

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path"
	"slices"
	"time"

	"gopkg.in/natefinch/lumberjack.v2"

	"github.com/signalbox-go/signalbox/sdk"
)

// Plugin returns the event plugin, for sdk.Serve and sdk.ServeIfPlugin.
func Plugin() sdk.Part { return sdk.EventPlugin(Name, setUp) }

// logger writes lines.
type logger struct {
	Config
	level slog.Level
	out   slog.Handler
}

func setUp(s *sdk.Scheduler, c Config) error {
	if err := c.check(); err != nil {
		return err
	}
	l := &logger{Config: c, out: slog.Default().Handler()}
	l.level, _ = levelOf(c.Level) // checked
	if c.File != "" {
		f, err := l.open()
		if err != nil {
			return err
		}
		s.OnAcknowledge(f.flush)
		s.OnFlush(func(context.Context) error { return f.close() })
	}
	l.out = l.out.WithAttrs([]slog.Attr{slog.String("run", s.Run().Name)})
	s.OnRecord.Do(l.record)
	s.OnGap.Do(func(g sdk.Gap) {
		l.write(slog.LevelWarn, time.Now(), "gap", slog.Uint64("first", g.First), slog.Uint64("last", g.Last), slog.Any("missed", g.Missed))
	})
	s.OnSummary.Do(func(e sdk.Summary) {
		l.write(slog.LevelInfo, time.Now(), "summary", slog.String("exit", e.Exit), slog.String("message", e.Message), slog.Duration("elapsed", e.Elapsed))
	})
	return nil
}

// open opens the file, so that one that cannot be written is found before the
// run.
func (l *logger) open() (*lines, error) {
	f, err := os.OpenFile(l.File, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("configuration: file: it cannot be written: %w", err)
	}
	const day = 24 * time.Hour
	out := &lines{to: &lumberjack.Logger{Filename: l.File, MaxSize: l.MaxSize, MaxAge: int(l.MaxAge / day), MaxBackups: l.MaxBackups}}
	opts := &slog.HandlerOptions{Level: slog.LevelDebug}
	if l.Format == "json" {
		l.out = slog.NewJSONHandler(out, opts)
	} else {
		l.out = slog.NewTextHandler(out, opts)
	}
	return out, nil
}

// record writes a line for each event that a record stands for.
func (l *logger) record(r sdk.Record) {
	if r.Kind == sdk.KindWorker {
		l.workerChange(r)
		return
	}
	failed := r.Kind == sdk.KindException
	var out slog.Handler // what all lines of the record have in common is formatted once
	for _, e := range r.Events {
		taskName := e.Task
		if taskName == "" {
			taskName = r.Future.Task
		}
		if !l.wants(e.Name, taskName) || !failed && e.Ordinal%uint64(l.Every) != 0 {
			continue
		}
		level := l.levelFor(e.Name, r.Kind)
		if level < l.level {
			continue
		}
		if out == nil {
			out = l.out.WithAttrs(append([]slog.Attr{slog.Uint64("seq", r.Seq)}, attrsOf(r)...))
		}
		if e.Task == "" {
			writeTo(out, level, r.Time, e.Name)
		} else {
			writeTo(out, level, r.Time, e.Name, slog.String("of", e.Task))
		}
	}
}

func (l *logger) workerChange(r sdk.Record) {
	if !l.wants("worker", "") {
		return
	}
	c := r.Change
	attrs := []slog.Attr{slog.Uint64("seq", r.Seq), slog.String("state", c.State), slog.String("executor", c.Executor),
		slog.Int("worker", c.Worker), slog.Int("pid", c.PID)}
	level := l.levelFor("worker", r.Kind)
	if c.State == "lost" {
		level = max(level, slog.LevelWarn)
		attrs = append(attrs, slog.String("error", c.Err))
	}
	l.write(level, r.Time, "worker", attrs...)
}

// attrsOf are what a record tells besides its events.
func attrsOf(r sdk.Record) []slog.Attr {
	var attrs []slog.Attr
	if f := r.Future; f.ID > 0 {
		attrs = append(attrs, slog.String("task", f.Task), slog.Uint64("future", f.ID), slog.Int("attempt", f.Attempt))
		if f.Worker >= 0 {
			attrs = append(attrs, slog.Int("worker", f.Worker))
		}
		if f.Elapsed > 0 {
			attrs = append(attrs, slog.Duration("duration", f.Elapsed))
		}
	}
	if r.Message != "" {
		attrs = append(attrs, slog.String("message", r.Message))
	}
	if r.Err != nil {
		attrs = append(attrs, slog.String("kind", sdk.KindOf(r.Err)), slog.String("error", r.Err.Error()))
	}
	return attrs
}

// wants reports whether an event is to be written.
func (l *logger) wants(event, taskName string) bool {
	if taskName != "" && len(l.Tasks) > 0 && !slices.Contains(l.Tasks, taskName) {
		return false
	}
	return len(l.Events) == 0 || slices.ContainsFunc(l.Events, func(pattern string) bool {
		ok, _ := path.Match(pattern, event) // checked
		return ok
	})
}

func (l *logger) levelFor(event string, kind sdk.Kind) slog.Level {
	if text, ok := l.Levels[event]; ok {
		level, _ := levelOf(text) // checked
		return level
	}
	if kind == sdk.KindException || kind == sdk.KindCancelled {
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

// write writes a line, with the time at which the event happened.
func (l *logger) write(level slog.Level, at time.Time, event string, attrs ...slog.Attr) {
	if level >= l.level {
		writeTo(l.out, level, at, event, attrs...)
	}
}

func writeTo(out slog.Handler, level slog.Level, at time.Time, event string, attrs ...slog.Attr) {
	r := slog.NewRecord(at, level, event, 0)
	r.AddAttrs(attrs...)
	// The host's log tells what it could not take, and a file when it is written.
	if err := out.Handle(context.Background(), r); err != nil {
		fmt.Fprintf(os.Stderr, "logging: a line could not be written: %v\n", err)
	}
}
