package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/signalbox-go/signalbox/plugins/journal/reader"
)

// writer writes lines to a file that it syncs and rotates. Rotating by size is
// what lumberjack does too, but it can neither sync nor find and cut off what a
// process before has left unfinished. Its methods are called one at a time.
type writer struct {
	path     string
	maxSize  int64 // 0 for any
	keep     int   // 0 for all
	sync     time.Duration
	compress *zstd.Encoder // nil for plain lines
	// begin appends what every file begins with.
	begin func([]byte) []byte
	// fail is called, on any goroutine, where what was written cannot be synced.
	fail func(error)

	lines []byte // not written yet
	out   []byte // they, compressed
	size  int64  // of the file
	timer *time.Timer

	mu   sync.Mutex
	file *os.File
	due  bool // a sync is
}

// flushAt is how many bytes of lines are written without waiting for more.
const flushAt = 1 << 20

// start has a file that is empty begin as it must, before the first line is
// added: a file that was rotated at the very end of a run is not begun.
func (w *writer) start() {
	if w.size == 0 && len(w.lines) == 0 {
		w.lines = w.begin(w.lines)
	}
}

// flush writes the lines to the file: when it returns nil, they stay if this
// process dies.
func (w *writer) flush() error {
	if len(w.lines) == 0 {
		return nil
	}
	out := w.lines
	if w.compress != nil {
		w.out = w.compress.EncodeAll(w.lines, w.out[:0])
		out = w.out
	}
	if _, err := w.file.Write(out); err != nil {
		return fmt.Errorf("journal: %d bytes of lines cannot be written: %w", len(out), err)
	}
	w.size += int64(len(out))
	w.lines = w.lines[:0]
	if cap(w.lines) > 4*flushAt { // after an uncommonly large payload
		w.lines, w.out = nil, nil
	}
	if w.maxSize > 0 && w.size >= w.maxSize {
		return w.rotate()
	}
	if w.sync == 0 {
		return w.syncNow()
	}
	w.syncSoon()
	return nil
}

// syncSoon has what was written reach the disk after a while.
func (w *writer) syncSoon() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.due {
		return
	}
	w.due = true
	w.timer = time.AfterFunc(w.sync, func() {
		w.mu.Lock()
		w.due = false
		w.mu.Unlock()
		if err := w.syncNow(); err != nil {
			w.fail(err)
		}
	})
}

func (w *writer) syncNow() error {
	w.mu.Lock()
	f := w.file
	w.mu.Unlock()
	if err := f.Sync(); err != nil && !errors.Is(err, os.ErrClosed) { // it was rotated, and synced
		return fmt.Errorf("journal: the file cannot be synced: %w", err)
	}
	return nil
}

// rotate gives the file its number, and begins another one.
func (w *writer) rotate() error {
	if err := w.syncNow(); err != nil {
		return err
	}
	numbers, err := reader.Rotated(w.path)
	if err != nil {
		return fmt.Errorf("journal: the file cannot be rotated: %w", err)
	}
	next := 1
	if len(numbers) > 0 {
		next = numbers[len(numbers)-1] + 1
	}
	if runtime.GOOS == "windows" { // where a file that is open cannot be renamed
		_ = w.file.Close() // it is synced
	}
	if err := os.Rename(w.path, reader.RotatedName(w.path, next)); err != nil {
		return fmt.Errorf("journal: the file cannot be rotated: %w", err)
	}
	// If another journal came in between, this one ends with an error.
	f, err := openFile(w.path)
	if err != nil {
		return fmt.Errorf("journal: the file was rotated, and no new one can be begun: %w", err)
	}
	w.mu.Lock()
	old := w.file
	w.file = f
	w.mu.Unlock()
	w.size = 0
	_ = old.Close() // it is synced
	return w.removeOld(append(numbers, next))
}

// removeOld removes the oldest of the rotated files, if there are too many.
func (w *writer) removeOld(numbers []int) error {
	for w.keep > 0 && len(numbers) > w.keep {
		if err := os.Remove(reader.RotatedName(w.path, numbers[0])); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("journal: an old file cannot be removed: %w", err)
		}
		numbers = numbers[1:]
	}
	return nil
}

// finish writes what is left, and waits for the disk.
func (w *writer) finish() error {
	err := w.flush()
	if w.timer != nil {
		w.timer.Stop()
	}
	w.mu.Lock()
	w.due = false
	w.mu.Unlock()
	return errors.Join(err, w.syncNow())
}

// openFile opens a file to append to, which nobody else appends to.
func openFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no regular file", path)
	}
	if err == nil {
		if err = lock(f); err != nil {
			err = fmt.Errorf("%s is being written by another journal (%w)", path, err)
		}
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	if info.Size() == 0 {
		syncFolder(path)
	}
	return f, nil
}

// syncFolder has a new file's name reach the disk, where the system can.
func syncFolder(path string) {
	if d, err := os.Open(filepath.Dir(path)); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}
