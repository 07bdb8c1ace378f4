//go:build !linux

package osproc

import "time"

// KillMarked knows of none here.
func KillMarked(string, int, time.Duration) {}
