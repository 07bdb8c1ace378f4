//go:build !linux

package osproc

import (
	"errors"
	"fmt"
	"os/exec"
)

// Groups makes control groups, of which there are none here.
type Groups struct{}

// OwnGroups fails here.
func OwnGroups() (*Groups, error) {
	return nil, fmt.Errorf("control groups: %w on this system", errors.ErrUnsupported)
}

// New fails here.
func (*Groups) New() (*Group, error) {
	_, err := OwnGroups()
	return nil, err
}

// Group is a control group.
type Group struct{}

// Held is not known here.
func (*Group) Held() (int64, error) { return 0, errors.ErrUnsupported }

// Bound is not done here.
func (*Group) Bound(int64) (int64, error) { return 0, errors.ErrUnsupported }

// Unbound is not done here.
func (*Group) Unbound() error { return errors.ErrUnsupported }

// Kills is not known here.
func (*Group) Kills() (forMemory, forBound bool) { return false, false }

// Kill does nothing here.
func (*Group) Kill() {}

// Remove does nothing here.
func (*Group) Remove() {}

func (*Group) place(*exec.Cmd) {}
