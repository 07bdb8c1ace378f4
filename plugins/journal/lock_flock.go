//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package journal

import (
	"os"

	"golang.org/x/sys/unix"
)

// lock keeps other journals from the file while this process has it open.
func lock(f *os.File) error { return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) }
