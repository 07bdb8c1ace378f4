package journal

import (
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/klauspost/compress/zstd"

	"github.com/signalbox-go/signalbox/plugins/journal/reader"
)

// openWriter opens a journal to go on with, and returns its last whole line, nil
// if there is none. What a process before has left unfinished is cut off.
func openWriter(c Config) (w *writer, last *reader.Entry, err error) {
	w = &writer{path: c.File, maxSize: int64(c.MaxSize) << 20, keep: c.MaxBackups, sync: *c.Sync}
	if c.Compress {
		// The fastest level compresses lines to about a tenth already.
		if w.compress, err = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1)); err != nil {
			return nil, nil, err
		}
	}
	if w.file, err = openFile(c.File); err != nil {
		return nil, nil, fmt.Errorf("configuration: file: it cannot be written: %w", err)
	}
	if last, err = w.goOn(); err != nil {
		_ = w.file.Close()
		return nil, nil, err
	}
	return w, last, nil
}

// goOn finds the end of the journal.
func (w *writer) goOn() (last *reader.Entry, err error) {
	end, err := endOf(w.file)
	if err != nil {
		return nil, fmt.Errorf("configuration: file: %s cannot be gone on with: %w", w.path, err)
	}
	if end.Whole > 0 && end.Compressed != (w.compress != nil) {
		return nil, fmt.Errorf("configuration: compress: %s is %s already: a file is one or the other", w.path, map[bool]string{true: "compressed", false: "not compressed"}[end.Compressed])
	}
	if end.Torn > 0 {
		if err := w.file.Truncate(end.Whole); err != nil {
			return nil, fmt.Errorf("configuration: file: the torn last line of %s cannot be cut off: %w", w.path, err)
		}
		slog.Warn("a torn last line was cut off the journal", "file", w.path, "bytes", end.Torn)
	}
	w.size = end.Whole
	if end.Last != nil {
		return end.Last, nil
	}
	return lastRotated(w.path)
}

func endOf(f *os.File) (reader.End, error) {
	info, err := f.Stat()
	if err != nil {
		return reader.End{}, err
	}
	return reader.FindEnd(f, info.Size())
}

// lastRotated returns the last line of the youngest rotated file: there is
// nothing behind it yet.
func lastRotated(path string) (*reader.Entry, error) {
	numbers, err := reader.Rotated(path)
	if err != nil || len(numbers) == 0 {
		return nil, err
	}
	f, err := os.Open(reader.RotatedName(path, numbers[len(numbers)-1]))
	if err != nil {
		return nil, fmt.Errorf("configuration: file: %w", err)
	}
	end, err := endOf(f)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("configuration: file: %s: %w", f.Name(), err)
	}
	return end.Last, nil
}
