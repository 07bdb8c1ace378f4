package pluginproc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"

	"github.com/signalbox-go/signalbox/framework/internal/osproc"
)

// folderPrefix is what the names of runtime folders begin with.
const folderPrefix = "signalbox-"

// lockName is the file in a runtime folder that its host holds a lock on for as
// long as it lives, so that others can tell what a dead host has left.
const lockName = "lock"

// Folder is a private folder of this host, for sockets and what it shares with
// its plugins.
type Folder struct {
	path string
	lock *os.File
	once sync.Once
}

// MakeFolder makes a private folder (mode 0700), in memory where the system
// has such a place. Its path is short, as paths of sockets must be. Folders of
// this user whose hosts have died are removed, where the system has locks of
// files that end with their process.
func MakeFolder() (*Folder, error) {
	var firstErr error
	for _, parent := range folderParents() {
		sweep(parent)
		f, err := makeFolder(parent)
		if err == nil {
			return f, nil
		}
		if firstErr == nil {
			firstErr = err
		}
		if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
			break // no folder is to blame, and the next host would not sweep the next
		}
	}
	if firstErr == nil {
		firstErr = errors.New("there is no folder for temporary files")
	}
	return nil, fmt.Errorf("pluginproc: no folder for sockets can be made: %w", firstErr)
}

// folderParents are the folders in which runtime folders may be, the best first.
func folderParents() []string {
	var out []string
	for _, parent := range []string{os.Getenv("XDG_RUNTIME_DIR"), "/dev/shm", os.TempDir()} {
		if parent == "" || slices.Contains(out, parent) {
			continue
		}
		if info, err := os.Stat(parent); err == nil && info.IsDir() {
			out = append(out, parent)
		}
	}
	return out
}

// Folders returns the runtime folders of this user's hosts that live, and
// removes those of hosts that have died, as [MakeFolder] does.
func Folders() []string {
	var out []string
	for _, parent := range folderParents() {
		sweep(parent)
		found, _ := filepath.Glob(filepath.Join(parent, folderPrefix+"*"))
		for _, path := range found {
			if info, err := os.Lstat(path); err == nil && osproc.Private(info) {
				out = append(out, path)
			}
		}
	}
	return out
}

// makeFolder makes a folder that is locked from the moment it has its name.
func makeFolder(parent string) (*Folder, error) {
	// A name that sweeping passes over, until the lock is held.
	path, err := os.MkdirTemp(parent, "."+folderPrefix)
	if err != nil {
		return nil, err
	}
	lock, err := os.OpenFile(filepath.Join(path, lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err == nil {
		err = osproc.TryLock(lock)
		if errors.Is(err, errors.ErrUnsupported) {
			err = nil
		}
	}
	final := filepath.Join(parent, filepath.Base(path)[1:])
	if err == nil {
		err = os.Rename(path, final)
	}
	if err != nil {
		if lock != nil {
			_ = lock.Close()
		}
		return nil, errors.Join(err, os.RemoveAll(path))
	}
	return &Folder{path: final, lock: lock}, nil
}

// Path returns the folder's path.
func (f *Folder) Path() string { return f.path }

// Check finds out whether plugins can have sockets in the folder: whether its path
// is short enough for theirs, and something can listen there.
func (f *Folder) Check() error {
	path := filepath.Join(f.path, "plugin-dir0123456789", "plugin0123456789")
	if len(path) > maxSocketPath {
		return fmt.Errorf("pluginproc: %s is too long for sockets: with their names it has %d bytes, and may have %d", f.path, len(path), maxSocketPath)
	}
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("pluginproc: %w", err)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return errors.Join(fmt.Errorf("pluginproc: nothing can listen in %s: %w", f.path, err), os.RemoveAll(filepath.Dir(path)))
	}
	return errors.Join(l.Close(), os.RemoveAll(filepath.Dir(path)))
}

// Remove removes the folder with all that is in it. It may be called again.
func (f *Folder) Remove() {
	f.once.Do(func() {
		err := os.RemoveAll(f.path)
		_ = f.lock.Close()
		if err != nil {
			// Removing takes a file descriptor, of which there may have been no more.
			_ = os.RemoveAll(f.path) // what is left of it is swept by a later host
		}
	})
}

// Sweep removes the runtime folders that dead hosts of this user have left, ends
// what their plugins have started and left, and returns the folders' paths.
// [MakeFolder] does so, too.
func Sweep() (removed []string) {
	for _, parent := range folderParents() {
		removed = append(removed, sweep(parent)...)
	}
	return removed
}

// sweep removes what dead hosts have left. That it does not succeed is no harm.
func sweep(parent string) (removed []string) {
	found, _ := filepath.Glob(filepath.Join(parent, folderPrefix+"*"))
	for _, path := range found {
		// Where all may make files, others may give theirs such names.
		if info, err := os.Lstat(path); err != nil || !info.IsDir() || !osproc.Own(info) {
			continue
		}
		lock, err := os.OpenFile(filepath.Join(path, lockName), os.O_RDWR, 0)
		if err != nil {
			continue // none of ours
		}
		if osproc.TryLock(lock) == nil {
			// The folder's name is in the environment of its host's plugins, and of what
			// they have started: that which has left its group has outlived the host.
			osproc.KillMarked(socketDirEnv+path+string(filepath.Separator), 0, 0)
			if os.RemoveAll(path) == nil {
				removed = append(removed, path)
			}
		}
		_ = lock.Close()
	}
	return removed
}

// LowestLevel returns the lowest of slog's named levels that log lets pass,
// which is what a plugin is told to log at.
func LowestLevel(log *slog.Logger) slog.Level {
	for _, l := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn} {
		if log.Enabled(context.Background(), l) {
			return l
		}
	}
	return slog.LevelError
}
