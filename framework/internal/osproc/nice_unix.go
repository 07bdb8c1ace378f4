//go:build unix

package osproc

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Renice sets the nice level of the group.
func (c *Child) Renice(level int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reaped {
		return nil
	}
	if err := unix.Setpriority(unix.PRIO_PGRP, c.proc.Pid, level); err != nil {
		return fmt.Errorf("osproc: give process %d the nice level %d: %w", c.proc.Pid, level, err)
	}
	return nil
}
