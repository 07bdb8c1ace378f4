package main

import (
	"context"
	"os"

	"github.com/signalbox-go/signalbox/plugins/journal"
	"github.com/signalbox-go/signalbox/plugins/logging"
	"github.com/signalbox-go/signalbox/plugins/metrics"
	"github.com/signalbox-go/signalbox/sdk"
)

func main() {
	// The bundled event plugins are this program, started again.
	sdk.ServeIfPlugin(bundled()...)
	os.Exit(run(context.Background(), os.Args, os.Stdin, os.Stdout, os.Stderr))
}

// bundled are the event plugins that come with the host.
func bundled() []sdk.Part {
	return []sdk.Part{journal.Plugin(), logging.Plugin(), metrics.Plugin()}
}
