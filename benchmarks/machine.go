package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

// describeMachine names what the figures were measured on, and how busy it is
// with something else.
func describeMachine() string {
	machine := fmt.Sprintf("%d cores, %s/%s, %s", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if _, rest, ok := strings.Cut(string(text), "model name\t: "); ok {
			name, _, _ := strings.Cut(rest, "\n")
			machine = name + ", " + machine
		}
	}
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		load, _, _ := strings.Cut(string(text), " ")
		machine += ", load " + load
	}
	return machine
}
