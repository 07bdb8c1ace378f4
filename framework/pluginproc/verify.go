package pluginproc

import (
	"bufio"
	"context"
	"crypto/sha256"
	"debug/elf"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/signalbox-go/signalbox/framework/internal/osproc"
)

// verify looks at the file before it is run, for better errors than exec has.
func verify(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: give the path of the plugin's executable; it is not looked up in PATH", ErrNotFound)
	case err != nil:
		return fmt.Errorf("%w: %w", ErrNotExecutable, err)
	case info.IsDir():
		return fmt.Errorf("%w: it is a folder; give the path of the executable in it", ErrNotExecutable)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%w: it is no regular file (%v)", ErrNotExecutable, info.Mode().Type())
	}
	if err := osproc.Executable(path); err != nil {
		return fmt.Errorf("%w: this user may not run it (mode %v): chmod +x it", ErrNotExecutable, info.Mode().Perm())
	}
	return Trusted(path)
}

// Trusted returns an error that matches [ErrWritable] if any user of the machine
// could put another file in the place of this one, and so have its code run as
// this user. On Windows it is nil.
func Trusted(path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrWritable, err)
	}
	open, err := osproc.OpenToOthers(path)
	switch {
	case err != nil:
		return fmt.Errorf("%w: it cannot be told: %w", ErrWritable, err)
	case open == "":
		return nil
	case open == path:
		return fmt.Errorf("%w: so anybody can have this user run anything: chmod o-w %s", ErrWritable, open)
	}
	return fmt.Errorf("%w: anybody may put another file in its place, as %s is open to all: chmod o-w %s", ErrWritable, open, open)
}

// checksum compares the file's SHA-256. An empty want matches all.
func checksum(ctx context.Context, path, want string) error {
	if want == "" {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("%w: cannot be read: %w", ErrChecksum, err)
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, readerFunc(func(p []byte) (int, error) {
		if ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
		return f.Read(p)
	}))
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return fmt.Errorf("%w: cannot be read: %w", ErrChecksum, err)
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != strings.ToLower(want) {
		return &ChecksumError{Want: strings.ToLower(want), Got: got}
	}
	return nil
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// execError explains why the system did not run a file that verify accepted.
func execError(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if i := interpreter(path); i != "" {
			return fmt.Errorf("%w: it needs the interpreter %q, which does not exist here", ErrNotExecutable, i)
		}
		return fmt.Errorf("%w: it, or the interpreter it needs, does not exist any more: %w", ErrNotFound, err)
	case osproc.WrongFormat(err):
		return fmt.Errorf("%w: it is no program for this machine: build it for this system and architecture; a script begins with #! and its interpreter", ErrNotExecutable)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w: the system refuses to run it (a file system mounted noexec?): %w", ErrNotExecutable, err)
	case osproc.TextBusy(err):
		return fmt.Errorf("%w: somebody is still writing it: %w", ErrNotExecutable, err)
	default:
		return fmt.Errorf("cannot be run: %w", err)
	}
}

// interpreter names what runs the file: the program behind #!, or an ELF file's
// dynamic loader. Empty when it cannot be told.
func interpreter(path string) string {
	if f, err := elf.Open(path); err == nil {
		defer f.Close()
		for _, p := range f.Progs {
			if p.Type == elf.PT_INTERP {
				text, _ := io.ReadAll(io.LimitReader(p.Open(), 4096))
				return strings.TrimRight(string(text), "\x00")
			}
		}
		return ""
	}
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	line, _ := bufio.NewReader(io.LimitReader(f, 4096)).ReadString('\n')
	if rest, ok := strings.CutPrefix(line, "#!"); ok {
		if fields := strings.Fields(rest); len(fields) > 0 {
			return fields[0]
		}
	}
	return ""
}
