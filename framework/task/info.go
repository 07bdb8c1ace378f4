package task

import "context"

// Info is what running code may know of the call that it serves.
type Info struct {
	Task    string // name of the task's code
	Future  uint64 // the host's number of the future
	Attempt int    // from 1
	Worker  int    // number of the worker within its pool, from 0
}

// InfoFrom returns what is known of the call that ctx belongs to, and false
// where ctx belongs to none.
func InfoFrom(ctx context.Context) (Info, bool) {
	if c := callOf(ctx); c != nil {
		return c.info, true
	}
	return Info{}, false
}
