package retry_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/signalbox-go/signalbox/sdk"
)

// parts is what this binary serves in worker processes.
var parts = []sdk.Part{deadly, pid}

func TestMain(m *testing.M) {
	sdk.ServeIfPlugin(parts...)
	goleak.VerifyTestMain(m)
}
