//go:build unix && !linux

package osproc

import (
	"os"
	"os/exec"
	"runtime"
	"syscall"
)

func setGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func (c *Child) reap() (*os.ProcessState, error) {
	state, err := c.proc.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	// The number of a group stays taken while it has members, so this hits
	// what is left of ours or nothing.
	_ = killGroup(c.proc.Pid)
	c.reaped = true
	return state, err
}

// MaxRSS is the largest resident size in bytes.
func MaxRSS(s *os.ProcessState) int64 {
	u, ok := s.SysUsage().(*syscall.Rusage)
	switch {
	case !ok:
		return 0
	case runtime.GOOS == "darwin" || runtime.GOOS == "ios":
		return int64(u.Maxrss)
	default:
		return int64(u.Maxrss) << 10
	}
}
