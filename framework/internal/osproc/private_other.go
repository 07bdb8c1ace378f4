//go:build !unix

package osproc

import "io/fs"

// Private reports whether something is a folder of this user that nobody else
// may look into. Here it is told by what it lies in.
func Private(info fs.FileInfo) bool { return info.IsDir() }
