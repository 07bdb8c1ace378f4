package process

import (
	"fmt"
	"os"
)

// makeFolder makes a private folder for sockets and ledgers, in memory where
// the system has such a place. Its path is short, as paths of sockets must be.
func makeFolder() (string, error) {
	var firstErr error
	for _, parent := range []string{os.Getenv("XDG_RUNTIME_DIR"), "/dev/shm", os.TempDir()} {
		if parent == "" {
			continue
		}
		if info, err := os.Stat(parent); err != nil || !info.IsDir() {
			continue
		}
		folder, err := os.MkdirTemp(parent, "signalbox-")
		if err == nil {
			return folder, nil
		}
		if firstErr == nil {
			firstErr = err
		}
	}
	return "", fmt.Errorf("process: no folder for sockets can be made: %w", firstErr)
}
