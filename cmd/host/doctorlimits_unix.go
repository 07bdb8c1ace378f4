//go:build unix

package main

import (
	"context"

	"golang.org/x/sys/unix"
)

func openFiles(context.Context) finding {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return finding{Check: "open files", Result: note, Finding: err.Error()}
	}
	// Go raises the soft limit as far as it goes, for itself.
	return allowance("open files", "open files", uint64(limit.Cur), uint64(limit.Cur) >= unlimited, hostFiles, workerFiles, "raise the limit, such as by ulimit -n 4096")
}

// unlimited is where limits are none: systems use numbers of different sizes.
const unlimited = 1 << 40
