//go:build !unix

package plugin

import (
	"errors"

	"github.com/signalbox-go/signalbox/framework/wire/ledger"
)

// No ledger is kept on this platform: the host sends one task at a time.
func openLedger(string) (*ledger.Writer, error) {
	return nil, errors.New("sdk: this platform keeps no ledger")
}
