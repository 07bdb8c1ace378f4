//go:build unix

package live

import (
	"os"
	"os/signal"
	"time"

	"golang.org/x/sys/unix"
)

// foreground reports whether this process may draw on and read from its
// terminal, as far as is known.
func foreground(f *os.File) bool {
	group, err := unix.IoctlGetInt(int(f.Fd()), unix.TIOCGPGRP)
	return err != nil || group == unix.Getpgrp()
}

// backgroundLook is how often a program in the background looks whether it has
// come to the foreground, of which it is not always told.
const backgroundLook = 200 * time.Millisecond

// stop stops the process, with those that belong to its job, as Ctrl-Z does,
// and returns when it is in the foreground again; false if quit came before.
func stop(f *os.File, quit <-chan struct{}) bool {
	again := make(chan os.Signal, 1)
	signal.Notify(again, unix.SIGCONT)
	defer signal.Stop(again)
	if err := unix.Kill(0, unix.SIGTSTP); err != nil {
		return true
	}
	select {
	case <-again:
	case <-quit:
		return false
	}
	if foreground(f) {
		return true
	}
	// The end of the screen puts the terminal in the state that it is in already,
	// which the system takes for output of a background job, and stops it.
	signal.Ignore(unix.SIGTTOU)
	tick := time.NewTicker(backgroundLook)
	defer tick.Stop()
	for !foreground(f) {
		select {
		case <-tick.C:
		case <-quit:
			return false
		}
	}
	signal.Reset(unix.SIGTTOU)
	return true
}

// raise sends this process a signal that a key stands for.
func raise(sig os.Signal) {
	if s, ok := sig.(unix.Signal); ok {
		_ = unix.Kill(unix.Getpid(), s) // there is such a process
	}
}

// quitSignal is what Ctrl-\ stands for.
const quitSignal = unix.SIGQUIT
