package peer

import (
	"time"

	goplugin "github.com/hashicorp/go-plugin"
)

// Starts starts that many processes of the program at path, which calls
// ServeIfPeer, by bare go-plugin, one after the other as a loop does, and
// returns how long it took until the last could be called. Ending them does not
// count.
func Starts(path string, processes int) (time.Duration, error) {
	began := time.Now()
	clients, _, err := startPlugins(path, "grpc", processes, grpcPlugin{}, goplugin.ProtocolGRPC)
	took := time.Since(began)
	kill(clients)
	return took, err
}
