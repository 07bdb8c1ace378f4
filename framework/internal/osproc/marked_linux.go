package osproc

import (
	"bytes"
	"errors"
	"os"
	"runtime"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// markedPasses bounds how often strays are looked for: those that multiply while
// they are killed may be missed by one pass.
const markedPasses = 20

// KillMarked kills all processes of this user whose environment has text in it,
// but for this one: what a child has started keeps its environment, as a rule,
// also if it has left the child's group and session. It does nothing where /proc
// cannot be read. Most calls find none, and take three system calls for every
// process that they look at.
//
// If the child's number is given, and how long ago it was started, only processes
// are looked at that may be younger. Else, or after a while, see [younger], it is
// all that there are.
func KillMarked(text string, child int, age time.Duration) {
	started := time.Now().Add(-age)
	for range markedPasses {
		if killMarked([]byte(text), child, started) == 0 {
			return
		}
	}
}

// killMarked returns how many it has killed.
func killMarked(text []byte, child int, started time.Time) (killed int) {
	proc, err := os.Open("/proc")
	if err != nil {
		return 0
	}
	defer func() { _ = proc.Close() }()
	names, err := proc.Readdirnames(-1)
	if err != nil {
		return 0
	}
	maybe := younger(child, time.Since(started))
	buf := make([]byte, 16<<10)
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil || pid == os.Getpid() || !maybe(pid) || !marked(name, text, &buf) {
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

// A processor cannot start more than a process or thread in this time: it takes
// some tens of microseconds.
const leastFork = 10 * time.Microsecond

// younger returns what tells whether a process that has been seen may be younger
// than one that was started that long ago. Linux gives numbers in turn: behind
// the last come those from the lowest again. So what is younger has a number
// between that process's and the one that was given last, unless there was time to
// give all of them: then all may be.
func younger(pid int, age time.Duration) func(pid int) bool {
	last, known := lastPID()
	if pid <= 0 || !known || age/leastFork*time.Duration(runtime.NumCPU()) >= maxPID() {
		return func(int) bool { return true }
	}
	return func(other int) bool { return follows(pid, last, other) }
}

// follows says whether other was given behind pid, if last was given last.
func follows(pid, last, other int) bool {
	if last >= pid {
		return other > pid && other <= last
	}
	return other > pid || other <= last
}

// lastPID returns the number that was given last.
func lastPID() (int, bool) {
	// 0.52 0.48 0.50 2/1234 5678
	data, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return 0, false
	}
	fields := bytes.Fields(data)
	if len(fields) < 5 {
		return 0, false
	}
	n, err := strconv.Atoi(string(fields[4]))
	return n, err == nil
}

// maxPID returns how many numbers there are, 0 if that cannot be told.
var maxPID = sync.OnceValue(func() time.Duration {
	data, err := os.ReadFile("/proc/sys/kernel/pid_max")
	if err != nil {
		return 0
	}
	n, err := strconv.Atoi(string(bytes.TrimSpace(data)))
	if err != nil {
		return 0
	}
	return time.Duration(n)
})

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
