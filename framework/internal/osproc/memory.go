package osproc

import "sync"

// memory is process-wide because what it reads is: the counter of memory kills
// of the control group that the host shares with its children.
var memory = oomLedger{read: ownKills}

// oomLedger tells kills for memory from other kills. The kernel counts them
// per control group, not per process, so each growth of the counter explains
// one child that died of a SIGKILL this host did not send.
type oomLedger struct {
	read func() (uint64, bool) // false: unknown

	mu        sync.Mutex
	living    int // children
	explained uint64
}

// begin is called before a child is started. What happened before the first of
// those that live is no matter of theirs.
func (l *oomLedger) begin() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.living == 0 {
		l.explained, _ = l.read()
	}
	l.living++
}

// end is called when a child is gone and explained.
func (l *oomLedger) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.living--
}

// blame reports whether the counter explains one more kill.
func (l *oomLedger) blame() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	n, known := l.read()
	if !known || n <= l.explained {
		return false
	}
	l.explained++
	return true
}
