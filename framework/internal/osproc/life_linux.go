package osproc

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// killWith has the kernel send SIGKILL to a process group when the writing end
// of the pipe r is closed, or written to.
//
// Signals of asynchronous I/O (fcntl(2), F_SETSIG) may be any, and they go to a
// whole group, which the kernel remembers as such. So nobody has to notice the
// end of this process in order to act: neither a worker that is stopped or hung
// nor what it has started can be late. A parent-death signal, in contrast, ends
// the leader alone, at the moment when it should see to its group.
func killWith(r *os.File, pgid int) error {
	raw, err := r.SyscallConn()
	if err != nil {
		return fmt.Errorf("osproc: guard: %w", err)
	}
	failed := raw.Control(func(fd uintptr) {
		// The owner and the signal before they can be used.
		if _, err = unix.FcntlInt(fd, unix.F_SETOWN, -pgid); err != nil {
			return
		}
		if _, err = unix.FcntlInt(fd, unix.F_SETSIG, int(unix.SIGKILL)); err != nil {
			return
		}
		var flags int
		if flags, err = unix.FcntlInt(fd, unix.F_GETFL, 0); err != nil {
			return
		}
		_, err = unix.FcntlInt(fd, unix.F_SETFL, flags|unix.O_ASYNC)
	})
	if failed != nil {
		err = failed
	}
	if err != nil {
		return fmt.Errorf("osproc: the kernel does not kill process group %d with this process: %w", pgid, err)
	}
	return nil
}
