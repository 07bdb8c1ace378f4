//go:build !unix

package live

import (
	"os"
	"syscall"
)

// foreground is not told from the background here.
func foreground(*os.File) bool { return true }

// stop does nothing: there are no stopped jobs here.
func stop(*os.File, <-chan struct{}) bool { return true }

// raise sends this process a signal that a key stands for.
func raise(sig os.Signal) {
	if p, err := os.FindProcess(os.Getpid()); err == nil {
		_ = p.Signal(sig) // which is all that can be done
	}
}

// quitSignal is what Ctrl-\ stands for.
const quitSignal = syscall.SIGKILL
