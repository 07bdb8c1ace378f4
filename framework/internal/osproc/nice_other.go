//go:build !unix

package osproc

import (
	"errors"
	"fmt"
)

// Renice fails here.
func (c *Child) Renice(int) error {
	return fmt.Errorf("osproc: nice levels: %w on this system", errors.ErrUnsupported)
}
