//go:build !linux

package osproc

// OwnNice is not known here.
func OwnNice() (level int, ok bool) { return 0, false }
