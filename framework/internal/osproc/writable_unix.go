//go:build unix

package osproc

import (
	"os"
	"path/filepath"
	"syscall"
)

// OpenToOthers returns the first of a file, its folder and the folders above
// that any user of the machine may write to, so that any could put another file
// in its place; empty for none. Names in a folder such as /tmp (with the sticky
// bit) are their owners'. A symbolic link counts as what it leads to, and as where
// it is.
func OpenToOthers(path string) (string, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	for _, p := range []string{real, path} {
		for at := p; ; at = filepath.Dir(at) {
			info, err := os.Stat(at)
			if err != nil {
				return "", err
			}
			if info.Mode().Perm()&0o002 != 0 && (!info.IsDir() || info.Mode()&os.ModeSticky == 0) {
				return at, nil
			}
			if at == filepath.Dir(at) {
				break
			}
		}
	}
	return "", nil
}

// Own reports whether a file is this user's.
func Own(info os.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(s.Uid) == os.Geteuid()
}
