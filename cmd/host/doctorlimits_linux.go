package main

import (
	"context"

	"golang.org/x/sys/unix"
)

func processes(context.Context) finding {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NPROC, &limit); err != nil {
		return finding{Check: "processes", Result: note, Finding: err.Error()}
	}
	return allowance("processes", "processes and threads of this user", limit.Cur, limit.Cur >= unlimited, hostTasks, workerTasks, "raise the limit, such as by ulimit -u 4096")
}
