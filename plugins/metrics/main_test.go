package metrics_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/signalbox-go/signalbox/plugins/metrics"
	"github.com/signalbox-go/signalbox/sdk"
)

// In the plugin's processes, this binary serves as the plugin.
func TestMain(m *testing.M) {
	sdk.ServeIfPlugin(metrics.Plugin())
	goleak.VerifyTestMain(m)
}
