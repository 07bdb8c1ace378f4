//go:build unix

package osproc

import (
	"os"

	"golang.org/x/sys/unix"
)

// TryLock takes the lock of a file, which ends with the process, or returns an
// error if another process has it. It is errors.ErrUnsupported where there are
// no such locks.
func TryLock(f *os.File) error {
	return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
}
