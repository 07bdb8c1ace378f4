//go:build linux

package journal_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/signalbox-go/signalbox/plugins/journal"
	"github.com/signalbox-go/signalbox/sdk"
)

// In the processes of plugins, this binary serves as the journal.
func TestMain(m *testing.M) {
	sdk.ServeIfPlugin(journal.Plugin())
	goleak.VerifyTestMain(m)
}
