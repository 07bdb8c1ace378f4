package osproc

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
)

// Child is a started process that leads its own process group. All methods are
// safe for concurrent use, except that Wait is called exactly once.
type Child struct {
	proc    *os.Process
	release func()

	mu     sync.Mutex
	reaped bool // the number may be somebody else's from here on
	killed bool // SIGKILL came from this host, so it was not for memory
}

// Status is how a child ended.
type Status struct {
	State *os.ProcessState // nil when Err is set
	OOM   bool             // killed for memory; false also where that is unknown
	Err   error            // waiting itself failed
}

// Start launches cmd as the leader of a new process group. The caller sets up
// the files; cmd.SysProcAttr is overwritten. Every started child must be waited
// for.
func Start(cmd *exec.Cmd) (*Child, error) {
	setGroup(cmd)
	var err error
	release := forkThread.do(func() { err = cmd.Start() }, memory.baseline)
	if err != nil {
		release()
		return nil, err
	}
	return &Child{proc: cmd.Process, release: release}, nil
}

// PID is the process number, which is also the number of its group.
func (c *Child) PID() int { return c.proc.Pid }

// Wait blocks until the leader is dead, kills what is left of its group, and
// reaps it.
func (c *Child) Wait() Status {
	state, err := c.reap()
	c.release()
	if err != nil {
		return Status{Err: fmt.Errorf("osproc: wait for process %d: %w", c.proc.Pid, err)}
	}
	return Status{State: state, OOM: !c.killed && wasKilled(state) && memory.blame()}
}

// Kill sends SIGKILL to the group. It does nothing once the child is reaped.
func (c *Child) Kill() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reaped {
		return nil
	}
	c.killed = true
	err := killGroup(c.proc.Pid)
	// Also the leader by itself: it may have moved to another group.
	if lerr := c.proc.Kill(); lerr == nil || errors.Is(lerr, os.ErrProcessDone) {
		return nil
	}
	return err
}

// Terminate asks the group to end (SIGTERM). It does nothing once the child is
// reaped, and fails with [errors.ErrUnsupported] where there is no such request.
func (c *Child) Terminate() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reaped {
		return nil
	}
	return terminateGroup(c.proc.Pid)
}
