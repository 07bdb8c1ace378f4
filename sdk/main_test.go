package sdk_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain makes this binary play the plugins and programs of the tests: a
// child process is told by its environment which part to act.
func TestMain(m *testing.M) {
	if act, ok := acts()[os.Getenv(actEnv)]; ok {
		act()
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}
