package osproc

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Internal: the kernel's counter cannot be made to count at will.
func TestEachMemoryKillExplainsOneChild(t *testing.T) {
	t.Parallel()
	n, known := uint64(7), true
	l := oomLedger{read: func() (uint64, bool) { return n, known }}
	l.begin()
	require.False(t, l.blame(), "what was before the first child is not ours")
	n = 8
	l.begin() // another child starts meanwhile
	require.True(t, l.blame())
	require.False(t, l.blame())
	l.end()
	n = 9
	l.begin()
	require.True(t, l.blame(), "one lives still")
	l.end()
	l.end()
	n = 10
	l.begin()
	require.False(t, l.blame(), "what was before the first child is not ours")
	n, known = 11, false
	require.False(t, l.blame(), "unknown is no")
}
