// Smallplugin is a plugin, and for bare go-plugin a peer's process, so that both
// are started from one executable.
package main

import (
	"context"

	"github.com/signalbox-go/signalbox/benchmarks/peer"
	"github.com/signalbox-go/signalbox/sdk"
)

func main() {
	peer.ServeIfPeer()
	sdk.Serve(sdk.TaskFunc("next", func(_ context.Context, x int) (int, error) { return x + 1, nil }))
}
