package gostats_test

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"
)

// hostProgram is cmd/host, which TestMain builds.
var hostProgram string

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "gostats-test-")
	if err == nil {
		hostProgram, err = buildHost(folder)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(folder)
		os.Exit(code)
	}))
}

func buildHost(folder string) (string, error) {
	if err := noteSources(); err != nil {
		return "", err
	}
	program := filepath.Join(folder, "host")
	out, err := exec.Command("go", "build", "-o", program, "../../cmd/host").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("go build: %w\n%s", err, out)
	}
	return program, err
}

// noteSources opens every folder of source that the programs are built from.
// The go command keeps the outcome of a test until what it has opened changes,
// and does not know what the programs that it starts are made of.
func noteSources() error {
	for _, root := range []string{"../../cmd/host", "../../framework", "../../plugins", "../../sdk", "."} {
		err := filepath.WalkDir(root, func(_ string, _ fs.DirEntry, err error) error { return err })
		if err != nil {
			return err
		}
	}
	return nil
}
