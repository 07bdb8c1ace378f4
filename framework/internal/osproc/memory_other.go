//go:build !linux

package osproc

func ownKills() (uint64, bool) { return 0, false }
