package retry_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/signalbox-go/signalbox/sdk"
)

// In worker processes, this binary serves.
func TestMain(m *testing.M) {
	sdk.ServeIfPlugin(deadly, pid)
	goleak.VerifyTestMain(m)
}
