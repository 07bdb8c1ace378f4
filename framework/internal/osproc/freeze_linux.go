package osproc

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// freezeBound is how long a group may take to stand still. One that is inside
	// the system may take longer.
	freezeBound = 50 * time.Millisecond
	freezeLook  = 200 * time.Microsecond
)

// Freeze stops the group (SIGSTOP) and returns when the leader stands still, with
// all its threads, so that what it has done by then is all that it has done. It
// goes on by Thaw. An error says that it does not stand still, or is gone.
func (c *Child) Freeze() error {
	if err := c.signal(unix.SIGSTOP); err != nil {
		return err
	}
	for began := time.Now(); time.Since(began) < freezeBound; time.Sleep(freezeLook) {
		stopped, err := c.stands()
		if stopped || err != nil {
			return err
		}
	}
	return fmt.Errorf("osproc: process %d does not stop within %v", c.proc.Pid, freezeBound)
}

// Thaw has a frozen group go on.
func (c *Child) Thaw() { _ = c.signal(unix.SIGCONT) }

var errGone = errors.New("osproc: the process is gone")

func (c *Child) signal(sig unix.Signal) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reaped {
		return errGone
	}
	return signalGroup(c.proc.Pid, sig)
}

func (c *Child) stands() (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reaped {
		return false, errGone
	}
	var info unix.Siginfo
	err := unix.Waitid(unix.P_PID, c.proc.Pid, &info, unix.WEXITED|unix.WSTOPPED|unix.WNOWAIT|unix.WNOHANG, nil)
	switch {
	case errors.Is(err, unix.EINTR):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("osproc: look at process %d: %w", c.proc.Pid, err)
	case info.Signo == 0:
		return false, nil // neither
	case info.Code == cldStopped:
		return true, nil
	}
	return false, errGone
}

// cldStopped is CLD_STOPPED of <signal.h>.
const cldStopped = 5

// LimitData bounds the private writable address space of the leader
// (RLIMIT_DATA), and of what it starts from now on, and returns the bound before.
// It is not its whole address space, of which Go's runtime and others reserve far
// more than they use. The leader could lift it.
func (c *Child) LimitData(bytes uint64) (before uint64, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reaped {
		return 0, errGone
	}
	var old unix.Rlimit
	if err := unix.Prlimit(c.proc.Pid, unix.RLIMIT_DATA, nil, &old); err != nil {
		return 0, fmt.Errorf("osproc: read the limits of process %d: %w", c.proc.Pid, err)
	}
	if err := unix.Prlimit(c.proc.Pid, unix.RLIMIT_DATA, &unix.Rlimit{Cur: min(bytes, old.Max), Max: old.Max}, nil); err != nil {
		return 0, fmt.Errorf("osproc: limit process %d: %w", c.proc.Pid, err)
	}
	return old.Cur, nil
}

// KillStrays kills those descendants of a leader that have left its group, for
// which it had better be frozen. They end soon after.
func (m *Meter) KillStrays(leader int) {
	for _, pid := range m.members(leader) {
		if group, err := unix.Getpgid(pid); err == nil && group != leader {
			_ = unix.Kill(pid, unix.SIGKILL) // one that has gone is no loss
		}
	}
}
