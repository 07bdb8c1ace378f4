package osproc

import "golang.org/x/sys/unix"

// OwnNice returns the nice level of this process, and false where it cannot be
// told.
func OwnNice() (level int, ok bool) {
	p, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
	return 20 - p, err == nil // the system call adds 20 and turns it about: getpriority(2)
}
