package osproc

import (
	"bytes"
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
// cannot be read. Most calls find none, and take as long as it takes to read the
// environment of every process there is.
func KillMarked(text string) {
	for range markedPasses {
		if killMarked([]byte(text)) == 0 {
			return
		}
	}
}

// killMarked returns how many it has killed.
func killMarked(text []byte) (killed int) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return 0
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		// By a handle, so that it is the one that was looked at.
		fd, err := unix.PidfdOpen(pid, 0)
		if err != nil {
			continue
		}
		// What cannot be read is dead, or somebody else's.
		env, err := os.ReadFile("/proc/" + e.Name() + "/environ")
		if err == nil && bytes.Contains(env, text) && unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0) == nil {
			killed++
		}
		_ = unix.Close(fd)
	}
	return killed
}
