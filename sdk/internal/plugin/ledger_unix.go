//go:build unix

package plugin

import (
	"fmt"
	"os"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ledger is a file shared with the host in which two words tell which task
// has begun and which has finished, also after this process was killed.
type ledger struct {
	started, finished *atomic.Uint64
}

// ledgerBytes is the size of the file.
const ledgerBytes = 16

func openLedger(path string) (*ledger, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("sdk: ledger: %w", err)
	}
	defer f.Close()
	// Beyond its end a file can be mapped, and not written to.
	if info, err := f.Stat(); err != nil || info.Size() < ledgerBytes {
		return nil, fmt.Errorf("sdk: ledger %s has not the %d bytes that a host gives it", path, ledgerBytes)
	}
	mem, err := unix.Mmap(int(f.Fd()), 0, ledgerBytes, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("sdk: ledger %s: %w", path, err)
	}
	return &ledger{
		started:  (*atomic.Uint64)(unsafe.Pointer(&mem[0])),
		finished: (*atomic.Uint64)(unsafe.Pointer(&mem[8])),
	}, nil
}

func (l *ledger) start(seq uint64)  { l.started.Store(seq) }
func (l *ledger) finish(seq uint64) { l.finished.Store(seq) }
