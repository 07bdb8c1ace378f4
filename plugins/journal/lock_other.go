//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package journal

import "os"

// lock does nothing: here, two journals that write one file are not noticed.
func lock(*os.File) error { return nil }
