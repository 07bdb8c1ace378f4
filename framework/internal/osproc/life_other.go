//go:build !linux

package osproc

import (
	"errors"
	"fmt"
	"os"
)

func killWith(*os.File, int) error {
	return fmt.Errorf("osproc: a signal at the end of a pipe: %w on this system", errors.ErrUnsupported)
}
