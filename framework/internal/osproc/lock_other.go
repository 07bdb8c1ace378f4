//go:build !unix

package osproc

import (
	"errors"
	"os"
)

// TryLock takes the lock of a file, which ends with the process, or returns an
// error if another process has it. It is errors.ErrUnsupported where there are
// no such locks.
func TryLock(*os.File) error { return errors.ErrUnsupported }
