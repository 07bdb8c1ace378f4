package osproc

import (
	"bytes"
	"errors"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// markedPasses bounds how often strays are looked for: those that multiply while
// they are killed may be missed by one pass.
const markedPasses = 20

// KillMarked kills all processes of this user whose environment has text in it,
// but for this one: what a child has started keeps its environment, as a rule,
// also if it has left the child's group and session. It does nothing where /proc
// cannot be read. Most calls find none, and take three system calls for every
// process there is.
func KillMarked(text string) {
	for range markedPasses {
		if killMarked([]byte(text)) == 0 {
			return
		}
	}
}

// killMarked returns how many it has killed.
func killMarked(text []byte) (killed int) {
	proc, err := os.Open("/proc")
	if err != nil {
		return 0
	}
	defer func() { _ = proc.Close() }()
	names, err := proc.Readdirnames(-1)
	if err != nil {
		return 0
	}
	self := strconv.Itoa(os.Getpid())
	buf := make([]byte, 16<<10)
	for _, name := range names {
		if name[0] < '0' || name[0] > '9' || name == self || !marked(name, text, &buf) {
			continue
		}
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		fd, err := unix.PidfdOpen(pid, 0)
		if err != nil {
			continue
		}
		// By a handle, and looked at again, so that it is no other process, which has
		// got the number since.
		if marked(name, text, &buf) && unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0) == nil {
			killed++
		}
		_ = unix.Close(fd)
	}
	return killed
}

// marked says whether text is in the environment of a process. What cannot be
// read is dead, or somebody else's. The buffer grows as it has to.
func marked(pid string, text []byte, buf *[]byte) bool {
	fd, err := unix.Open("/proc/"+pid+"/environ", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer func() { _ = unix.Close(fd) }()
	for have := 0; ; {
		if have == len(*buf) {
			*buf = append(*buf, make([]byte, len(*buf))...)
		}
		n, err := unix.Read(fd, (*buf)[have:])
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil || n == 0:
			return bytes.Contains((*buf)[:have], text)
		default:
			have += n
		}
	}
}
