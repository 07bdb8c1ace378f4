//go:build !linux

package osproc

import (
	"errors"
	"fmt"
)

// Metered tells why what processes use cannot be known here; nil where it can.
func Metered() error {
	return fmt.Errorf("what other processes use is read from /proc, which Linux has: %w on this system", errors.ErrUnsupported)
}

// Meter tells what groups of processes use, where that can be known.
type Meter struct{}

// Read fails here.
func (m *Meter) Read(int) (Usage, error) { return Usage{}, Metered() }

// Glance fails here.
func (m *Meter) Glance(int) (Usage, error) { return Usage{}, Metered() }

// Exact is not known here.
func (m *Meter) Exact(int) int64 { return 0 }

// KillStrays knows of none here.
func (m *Meter) KillStrays(int) {}

// Freeze is not done here: the group goes on.
func (c *Child) Freeze() error {
	return fmt.Errorf("osproc: stop a group: %w on this system", errors.ErrUnsupported)
}

// Thaw does nothing here.
func (c *Child) Thaw() {}

// LimitData is not done here.
func (c *Child) LimitData(uint64) (uint64, error) {
	return 0, fmt.Errorf("osproc: limit a process from outside: %w on this system", errors.ErrUnsupported)
}
