package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// left returns the command lines of the processes that still run a program of
// the folder.
func left(t *testing.T, folder string) (commands []string) {
	t.Helper()
	paths, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(t, err)
	for _, path := range paths {
		// Empty for what has ended, absent for what has been reaped.
		line, _ := os.ReadFile(path)
		if bytes.HasPrefix(line, []byte(folder)) {
			commands = append(commands, string(bytes.ReplaceAll(line, []byte{0}, []byte{' '})))
		}
	}
	return commands
}
