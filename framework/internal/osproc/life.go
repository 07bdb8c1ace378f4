package osproc

import (
	"errors"
	"fmt"
	"os"
)

var errNoLifePipe = fmt.Errorf("osproc: a life pipe: %w on this system", errors.ErrUnsupported)

// lifePipe is a pipe of which this process alone holds the writing end, so
// that its other end tells when this process is gone, however it went.
type lifePipe struct {
	// The reading end is kept too: a child that closes its own is guarded still.
	r, w      *os.File
	unguarded error // why the system does not end the group with this process
}

func newLifePipe() (*lifePipe, error) {
	if !LifePipe {
		return &lifePipe{unguarded: errNoLifePipe}, nil
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("osproc: make a pipe: %w", err)
	}
	return &lifePipe{r: r, w: w}, nil
}

// files are what the child is given.
func (l *lifePipe) files() []*os.File {
	if l.r == nil {
		return nil
	}
	return []*os.File{l.r}
}

// guard has the system kill a group when this process is gone.
func (l *lifePipe) guard(pgid int) {
	if l.r != nil {
		l.unguarded = killWith(l.r, pgid)
	}
}

// close is called when the leader has been reaped. Whoever is left of its group
// is killed by that, and nobody else: the system remembers the group and not
// its number.
func (l *lifePipe) close() {
	if l.r != nil {
		_ = l.w.Close() // in this order; pipes have nothing to flush
		_ = l.r.Close()
	}
}
