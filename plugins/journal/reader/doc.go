// Package reader reads journals: the files that the bundled event plugin journal
// (package journal, which documents their lines) writes.
//
//	j, err := reader.Open("journal.jsonl")
//	if err != nil {
//		return err
//	}
//	defer j.Close()
//	for e, err := range j.Entries() {
//		…
//	}
//
// A journal is read as a stream, whatever its size, plain or compressed, from
// the oldest of its rotated files to the one that is being written. It may be
// read while it is written, and rotated. What a writer that was killed, or is
// at work, has left unfinished at the very end is not read, and no error:
// [Journal.Torn] tells of it. Anything else that is no whole line of a journal
// is a [*LineError].
package reader
