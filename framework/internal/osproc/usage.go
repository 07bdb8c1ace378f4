package osproc

import "time"

// Usage is what processes use together.
type Usage struct {
	// Memory is how many bytes they hold: their own and shared memory, resident or
	// swapped out, without what is mapped from files, which the system can drop.
	Memory int64
	// CPU is the processor time that they have used, with that of those which they
	// have waited for.
	CPU time.Duration
	// Data is the leader's private writable address space, which is what
	// [Child.LimitData] bounds.
	Data int64
	// Processes is how many they are.
	Processes int
}
