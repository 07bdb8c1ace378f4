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
	proc  *os.Process
	life  *lifePipe
	group *Group // nil for none of its own

	mu     sync.Mutex
	reaped bool // the number may be somebody else's from here on
	killed bool // SIGKILL came from this host, so it was not for memory
}

// Status is how a child ended.
type Status struct {
	State *os.ProcessState // nil when Err is set
	OOM   bool             // killed for memory; false also where that is unknown
	Bound bool             // that was for the bound of its control group
	Err   error            // waiting itself failed
}

// Start launches cmd as the leader of a new process group. The caller sets up
// stdin, stdout and stderr; cmd.SysProcAttr and cmd.ExtraFiles are overwritten:
// where there is a [LifePipe], the child has its end of it as descriptor 3.
// Every started child must be waited for.
func Start(cmd *exec.Cmd) (*Child, error) { return StartIn(nil, cmd) }

// StartIn is Start with the child in a control group of its own, unless that is
// nil. The group is the child's from then on, also if there is an error: it is
// removed when nothing lives there any more.
func StartIn(group *Group, cmd *exec.Cmd) (*Child, error) {
	c, err := start(group, cmd)
	if err != nil && group != nil {
		group.Remove()
	}
	return c, err
}

func start(group *Group, cmd *exec.Cmd) (*Child, error) {
	life, err := newLifePipe()
	if err != nil {
		return nil, err
	}
	setGroup(cmd)
	if group != nil {
		group.place(cmd)
	}
	cmd.ExtraFiles = life.files()
	memory.begin()
	if err := cmd.Start(); err != nil {
		memory.end()
		life.close()
		return nil, err
	}
	life.guard(cmd.Process.Pid)
	return &Child{proc: cmd.Process, life: life, group: group}, nil
}

// Unguarded tells why the system does not see to it that the group ends with
// this process; nil where it does.
func (c *Child) Unguarded() error { return c.life.unguarded }

// PID is the process number, which is also the number of its group.
func (c *Child) PID() int { return c.proc.Pid }

// Group returns the control group that the child has for itself, nil for none.
// It is there until the child is reaped.
func (c *Child) Group() *Group { return c.group }

// Wait blocks until the leader is dead, kills what is left of its group, and
// reaps it.
func (c *Child) Wait() Status {
	state, err := c.reap()
	c.life.close()
	defer memory.end()
	if c.group != nil {
		c.group.Kill()
		defer c.group.Remove()
	}
	if err != nil {
		return Status{Err: fmt.Errorf("osproc: wait for process %d: %w", c.proc.Pid, err)}
	}
	st := Status{State: state}
	switch {
	case c.killed || !wasKilled(state):
	case c.group != nil:
		st.OOM, st.Bound = c.group.Kills()
	default:
		st.OOM = memory.blame()
	}
	return st
}

// Kill sends SIGKILL to the group. It does nothing once the child is reaped.
func (c *Child) Kill() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reaped {
		return nil
	}
	c.killed = true
	if c.group != nil {
		c.group.Kill() // also those that have left the process group
	}
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
