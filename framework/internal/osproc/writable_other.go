//go:build !unix

package osproc

import "os"

// OpenToOthers knows nothing of the permissions of this system.
func OpenToOthers(string) (string, error) { return "", nil }

// Own is not known on this system.
func Own(os.FileInfo) bool { return true }
