package main

import (
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"github.com/signalbox-go/signalbox/sdk"
)

// TestMain makes this binary play the host and the plugins of the tests: a
// child process is told by the name it is started with which part to act.
func TestMain(m *testing.M) {
	if act, ok := acts()[filepath.Base(os.Args[0])]; ok {
		act()
		os.Exit(0)
	}
	// Bundled event plugins are started as this program, whatever its name.
	sdk.ServeIfPlugin(bundled()...)
	goleak.VerifyTestMain(m)
}
