package live_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	// Whatever this is run on: tests of the surroundings are over processes.
	for name, value := range map[string]string{"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"} {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	if err := os.Unsetenv("NO_COLOR"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}
