package comm_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/signalbox-go/signalbox/sdk"
)

// TestMain makes this binary its own worker.
func TestMain(m *testing.M) {
	sdk.ServeIfPlugin(parts()...)
	goleak.VerifyTestMain(m)
}

func parts() []sdk.Part {
	return append(scenarioParts(), fit, script, eavesdropper, pings, raw, precise)
}
