//go:build !unix

package osproc

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
)

// LifePipe says whether a child can be given a pipe whose end tells it that
// the host is gone.
const LifePipe = false

func setGroup(*exec.Cmd) {}

func (c *Child) reap() (*os.ProcessState, error) {
	state, err := c.proc.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reaped = true
	return state, err
}

// There are no groups here: Child.Kill ends the leader.
func killGroup(int) error { return nil }

func terminateGroup(pid int) error {
	return fmt.Errorf("osproc: ask process %d to end: %w on this system; it can only be killed", pid, errors.ErrUnsupported)
}

func wasKilled(*os.ProcessState) bool { return false }

// Signal is what ended the process, nil when it exited by itself.
func Signal(*os.ProcessState) os.Signal { return nil }

// CoreDumped is not known here.
func CoreDumped(*os.ProcessState) bool { return false }

// SignalText names a signal.
func SignalText(s os.Signal) string { return s.String() }

// MaxRSS is not known here.
func MaxRSS(*os.ProcessState) int64 { return 0 }

// Executable is decided by the system when the file is run.
func Executable(string) error { return nil }

// TextBusy does not exist here.
func TextBusy(error) bool { return false }

// WrongFormat does not exist here.
func WrongFormat(error) bool { return false }
