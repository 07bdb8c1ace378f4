//go:build unix

package osproc

import (
	"io/fs"
	"os"
	"syscall"
)

// Private reports whether something is a folder of this user that nobody else
// may look into.
func Private(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && info.IsDir() && info.Mode().Perm()&0o077 == 0 && int(st.Uid) == os.Geteuid()
}
