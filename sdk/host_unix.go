//go:build unix

package sdk

import (
	"io"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/signalbox-go/signalbox/framework/pluginproc/handshake"
)

// watchHost ends this process and its group when the host is gone, however it
// went: the other end of the life pipe closes then. On Linux the kernel has been
// told to do the same and is there first, as a rule.
func watchHost() {
	fd, err := strconv.Atoi(os.Getenv(handshake.LifeFDEnv))
	_ = os.Unsetenv(handshake.LifeFDEnv)
	if err != nil || fd < 3 {
		return
	}
	unix.CloseOnExec(fd)
	life := os.NewFile(uintptr(fd), "life")
	go func() {
		_, _ = io.Copy(io.Discard, life)
		if unix.Getpgrp() == os.Getpid() {
			_ = unix.Kill(0, unix.SIGKILL)
		}
		os.Exit(1)
	}()
}

// ignoreSignals leaves it to the host when to end this process: a Ctrl-C or a
// service manager's SIGTERM goes to the whole group.
// Signals are caught rather than ignored, which programs that a task starts
// would inherit.
func ignoreSignals() {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
}

// takeStdout returns the host's end of stdout for the handshake, and has
// whatever is printed to stdout from now on, by Go, C or a child, go to stderr
// and so to the host's log.
func takeStdout() (*os.File, error) {
	fd, err := unix.FcntlInt(1, unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, err
	}
	if err := unix.Dup2(2, 1); err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), "handshake"), nil
}
