//go:build unix

package plugin

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"github.com/signalbox-go/signalbox/framework/wire/ledger"
)

func openLedger(path string) (*ledger.Writer, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("sdk: ledger: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("sdk: ledger: %w", err)
	}
	// Beyond its end a file can be mapped, and not written to.
	size := min(info.Size(), ledger.Bytes)
	if size < ledger.WordBytes {
		return nil, fmt.Errorf("sdk: ledger %s has not the %d bytes that a host gives it", path, ledger.WordBytes)
	}
	mem, err := unix.Mmap(int(f.Fd()), 0, int(size), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("sdk: ledger %s: %w", path, err)
	}
	return ledger.NewWriter(mem), nil
}
