//go:build unix

package osproc

import (
	"errors"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// LifePipe says whether a child can be given a pipe whose end tells it that
// the host is gone.
const LifePipe = true

// killGroup is sent to a group whose leader is unreaped or has just been.
func killGroup(pgid int) error { return signalGroup(pgid, unix.SIGKILL) }

func terminateGroup(pgid int) error { return signalGroup(pgid, unix.SIGTERM) }

func signalGroup(pgid int, sig syscall.Signal) error {
	err := unix.Kill(-pgid, sig)
	if errors.Is(err, unix.ESRCH) {
		return nil // nobody is left to be told
	}
	return err
}

func wasKilled(s *os.ProcessState) bool {
	return Signal(s) == os.Kill
}

// Signal is what ended the process, nil when it exited by itself.
func Signal(s *os.ProcessState) os.Signal {
	if ws, ok := s.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return ws.Signal()
	}
	return nil
}

// CoreDumped reports whether the system wrote the process's memory to disk
// before it ended.
func CoreDumped(s *os.ProcessState) bool {
	ws, ok := s.Sys().(syscall.WaitStatus)
	return ok && ws.CoreDump()
}

// SignalText names a signal by number and name: 9 (SIGKILL).
func SignalText(s os.Signal) string {
	n, ok := s.(syscall.Signal)
	if !ok {
		return s.String()
	}
	name := unix.SignalName(n)
	if name == "" {
		name = n.String()
	}
	return strconv.Itoa(int(n)) + " (" + name + ")"
}

// Executable tells whether this user may run the file at path.
func Executable(path string) error { return unix.Access(path, unix.X_OK) }

// TextBusy is what exec answers while somebody, usually a compiler or a copy
// that is about to finish, has the file open for writing.
func TextBusy(err error) bool { return errors.Is(err, unix.ETXTBSY) }

// WrongFormat is what exec answers to a file that is no program here: another
// architecture, or a script without its #! line.
func WrongFormat(err error) bool { return errors.Is(err, unix.ENOEXEC) }
