package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestJournalIsFollowed(t *testing.T) {
	t.Parallel()
	r, c := atGate(t, gatePlugin+`
attach "journal" {
  config { file = "journal.jsonl" }
}
`)
	// Both wait for the run, from wherever it is.
	lines := r.start("host", "journal", "tail", "-f", "-n", "1000", "-o", "jsonl", "journal.jsonl")
	text := r.start("host", "journal", "tail", "-f", "journal.jsonl")
	text.stdout.until(t, 1, "submitted gate 1")
	r.open()
	require.NoError(t, c.Wait())
	require.NoError(t, lines.Wait())
	text.end().exits(0)
	require.Regexp(t, ` - summary: exhausted after .*\n$`, text.stdout.String())
	require.Equal(t, r.read("journal.jsonl"), lines.stdout.String())
}

func TestFollowingIsInterrupted(t *testing.T) {
	t.Parallel()
	r := journaled(t)
	r.write("nightly.jsonl", r.read("nightly.jsonl")[:2000])
	c := r.start("host", "journal", "tail", "-f", "nightly.jsonl")
	c.stdout.until(t, 1, "start")
	c.signal(os.Interrupt)
	c.end().exits(130)
	require.Empty(t, c.stderr.String())
}
