package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAttemptsAreTold: each attempt that failed is told, in the journal by an entry
// of its own; and the end of the future, of which there is one, has the number of
// the last and lists them all.
func TestAttemptsAreTold(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.job(tasksPlugin + `
attach "journal" {
  config { file = "journal.jsonl" }
}
task "die" {
  retry {
    attempts     = 4
    delay        = "1ms"
    workers_lost = 3
  }
}
on "start" {
  submit "die" { input = 3 }
}
on "die.exception" { log = "after ${event.attempt}: ${event.error}" }
`).exits(1)
	require.Contains(t, c.stderr.String(), "after 3: 3 attempts failed: 1: worker-lost: ")
	var told []string
	for line := range strings.Lines(r.read("journal.jsonl")) {
		var e struct {
			Type, Task, Events string
			Attempt            int
			Data               struct {
				Attempt       int
				Kind, Message string
			}
		}
		require.NoError(t, json.Unmarshal([]byte(line), &e))
		_, typ, _ := strings.Cut(e.Type, "signalbox-go.")
		switch typ {
		case "emitted":
			told = append(told, fmt.Sprintf("%s of %s: %d, %s", e.Events, e.Task, e.Data.Attempt, e.Data.Kind))
		case "submitted", "exception":
			told = append(told, fmt.Sprintf("%s: %d, %s", typ, e.Attempt, e.Data.Kind))
		}
		if typ == "exception" {
			require.Regexp(t, `^3 attempts failed: 1: .*; 2: .*; 3: `, e.Data.Message)
		}
	}
	require.Equal(t, []string{"submitted: 1, ", "retry-scheduled of die: 1, worker-lost", "retry-scheduled of die: 2, worker-lost", "exception: 3, worker-lost"}, told)
}
