package process

import (
	"encoding/binary"
	"fmt"
	"os"
)

// ledger is the host's view of the file that it shares with one worker: two
// words, which the worker stores, started before a call's code and finished
// after it. It is read rarely, so plain reads of the file do; file and mapping
// are one memory on the systems that have ledgers.
type ledger struct{ f *os.File }

// ledgerBytes is the size of the file.
const ledgerBytes = 16

func newLedger(path string) (*ledger, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("process: ledger: %w", err)
	}
	if err := f.Truncate(ledgerBytes); err != nil {
		f.Close()
		os.Remove(path)
		return nil, fmt.Errorf("process: ledger: %w", err)
	}
	return &ledger{f}, nil
}

func (l *ledger) path() string { return l.f.Name() }

// read returns the two words. A file that cannot be read, or whose words make
// no sense, was tampered with: then nothing is known.
func (l *ledger) read() (started, finished uint64, ok bool) {
	var b [ledgerBytes]byte
	if _, err := l.f.ReadAt(b[:], 0); err != nil {
		return 0, 0, false
	}
	started, finished = binary.NativeEndian.Uint64(b[:8]), binary.NativeEndian.Uint64(b[8:])
	return started, finished, finished <= started
}

func (l *ledger) remove() {
	l.f.Close()
	os.Remove(l.f.Name())
}
