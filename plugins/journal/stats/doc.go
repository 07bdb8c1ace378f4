// Package stats sums up what a journal (package reader) holds, run by run:
// events and outcomes by task, how long futures took and waited, the slowest of
// them, errors grouped by message, when things happened, lost workers, and what
// the journal does not have.
//
//	j, err := reader.Open("journal.jsonl")
//	…
//	runs, err := stats.Of(j)
//
// It needs memory for the runs, tasks and errors of a journal, not for its
// lines.
package stats
