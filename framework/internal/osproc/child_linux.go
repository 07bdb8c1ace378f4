package osproc

import (
	"errors"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

func setGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}

func (c *Child) reap() (*os.ProcessState, error) {
	// Not reaping yet keeps the number taken while the group is killed.
	for {
		err := unix.Waitid(unix.P_PID, c.proc.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if !errors.Is(err, unix.EINTR) {
			break // on any other error Wait below says what is wrong
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = killGroup(c.proc.Pid) // what cannot be signalled runs as another user: out of reach
	state, err := c.proc.Wait()
	c.reaped = true
	return state, err
}

// MaxRSS is the largest resident size in bytes. Linux carries the host's own
// peak over into a child it starts, so it is never below that.
func MaxRSS(s *os.ProcessState) int64 {
	if u, ok := s.SysUsage().(*syscall.Rusage); ok {
		return int64(u.Maxrss) << 10
	}
	return 0
}
