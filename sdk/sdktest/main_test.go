package sdktest_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/signalbox-go/signalbox/sdk"
)

// In the processes of the host that the kit is compared with, this binary
// serves.
func TestMain(m *testing.M) {
	sdk.ServeIfPlugin(doubling, waiting, witness, asker)
	goleak.VerifyTestMain(m)
}
