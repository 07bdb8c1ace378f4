//go:build linux

package eventplugin_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/signalbox-go/signalbox/sdk"
)

// In the processes of plugins, this binary serves as one of parts.
func TestMain(m *testing.M) {
	sdk.ServeIfPlugin(parts()...)
	if len(os.Args) > 0 {
		goleak.VerifyTestMain(m)
	}
}
