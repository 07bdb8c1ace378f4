//go:build !unix

package sdk

import (
	"os"
	"os/signal"
)

// watchHost relies on the end of the session: there is no life pipe here.
func watchHost() {}

func ignoreSignals() { signal.Notify(make(chan os.Signal, 1), os.Interrupt) }

// takeStdout returns stdout and has what Go code prints from now on go to
// stderr and so to the host's log. C code and child processes keep stdout.
func takeStdout() (*os.File, error) {
	out := os.Stdout
	os.Stdout = os.Stderr
	return out, nil
}
