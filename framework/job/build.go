package job

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// keepBuilds is how long an executable that was not used stays in the cache.
const keepBuilds = 30 * 24 * time.Hour

// BuildError is a Go package that does not build.
type BuildError struct {
	// Folder is that of the package.
	Folder string
	// Output is what the go command printed.
	Output string
	// Err is how the go command ended.
	Err error
}

// Error tells the folder and what the compiler printed.
func (e *BuildError) Error() string {
	return fmt.Sprintf("job: %s does not build: %v\n%s", e.Folder, e.Err, strings.TrimSpace(e.Output))
}

// Unwrap returns Err.
func (e *BuildError) Unwrap() error { return e.Err }

// Executable returns the path of a plugin's executable: source itself or, if
// it is the folder of a Go main package, what the go command builds from it.
// That is a [*BuildError] if the compiler objects.
//
// Built executables are kept below the user's cache folder, under the hash of
// their content, so that runs at the same time, also of different versions, do
// not disturb each other.
func Executable(ctx context.Context, source string) (string, error) {
	source, err := filepath.Abs(source)
	if err != nil {
		return "", fmt.Errorf("job: %w", err)
	}
	isFolder, err := inspectSource(source)
	if err != nil {
		return "", fmt.Errorf("job: %w", err)
	}
	if !isFolder {
		return source, nil
	}
	path, err := buildFolder(ctx, source)
	var failed *BuildError
	if err != nil && !errors.As(err, &failed) {
		return "", fmt.Errorf("job: building %s: %w", source, err)
	}
	return path, err
}

func buildFolder(ctx context.Context, folder string) (string, error) {
	cache, err := cacheOf(folder)
	if err != nil {
		return "", err
	}
	name := filepath.Base(folder)
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	temp, err := os.MkdirTemp(cache, "building-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(temp) // what is left of it is pruned by a later build
	fresh := filepath.Join(temp, name)
	seed(fresh, newest(cache, name))
	if err := goBuild(ctx, folder, fresh); err != nil {
		return "", err
	}
	sum, err := hashFile(fresh)
	if err != nil {
		return "", err
	}
	final := filepath.Join(cache, sum[:32], name)
	if err := os.MkdirAll(filepath.Dir(final), 0o755); err != nil {
		return "", err
	}
	if _, err := os.Stat(final); err != nil {
		if err := os.Rename(fresh, final); err != nil {
			return "", err
		}
	}
	now := time.Now()
	if err := os.Chtimes(filepath.Dir(final), now, now); err != nil {
		return "", err
	}
	return final, prune(cache, now.Add(-keepBuilds))
}

// BuildCache returns the folder in which built plugins are kept, which need not
// exist: signalbox/plugins in the user's folder for caches.
func BuildCache() (string, error) {
	root, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("there is no place for it: %w", err)
	}
	return filepath.Join(root, "signalbox", "plugins"), nil
}

// cacheOf returns the cache of what is built from one folder.
func cacheOf(folder string) (string, error) {
	root, err := BuildCache()
	if err != nil {
		return "", err
	}
	key := sha256.Sum256([]byte(folder))
	dir := filepath.Join(root, hex.EncodeToString(key[:8]))
	return dir, os.MkdirAll(dir, 0o755)
}

func goBuild(ctx context.Context, folder, output string) error {
	path, err := findGo()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, path, "build", "-o", output, ".")
	cmd.Dir = folder
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	// What the go command has started may outlive it and keep the pipes open.
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return &BuildError{Folder: folder, Output: out.String(), Err: err}
	}
	return nil
}

// newest returns the executable of that name that was used last, empty for
// none.
func newest(cache, name string) string {
	entries, err := os.ReadDir(cache)
	if err != nil {
		return ""
	}
	best, bestTime := "", time.Time{}
	for _, e := range entries {
		path := filepath.Join(cache, e.Name(), name)
		info, err := e.Info()
		if err != nil || strings.HasPrefix(e.Name(), "building-") || !info.ModTime().After(bestTime) {
			continue
		}
		if _, err := os.Stat(path); err == nil {
			best, bestTime = path, info.ModTime()
		}
	}
	return best
}

// seed copies an executable to where the go command is to write, which saves
// it linking if nothing has changed. It is no loss if that fails.
func seed(fresh, from string) {
	in, err := os.Open(from)
	if err != nil {
		return
	}
	defer in.Close()
	out, err := os.OpenFile(fresh, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o755)
	if err != nil {
		return
	}
	_, err = io.Copy(out, in)
	if errors.Join(err, out.Close()) != nil {
		_ = os.Remove(fresh) // half a file would only be linked anew
	}
}

// prune removes what has not been used since then.
func prune(cache string, since time.Time) error {
	entries, err := os.ReadDir(cache)
	if err != nil {
		return err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.ModTime().Before(since) {
			continue // gone, or used
		}
		if err := os.RemoveAll(filepath.Join(cache, e.Name())); err != nil {
			return err
		}
	}
	return nil
}
