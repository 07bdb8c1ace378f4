package peer

import (
	"fmt"
	"os"
)

// roleEnv marks a process as one of a peer.
const roleEnv = "BENCHMARK_PEER"

var roles = map[string]func(){
	"grpc":   serveGRPC,
	"netrpc": serveNetRPC,
	"loop":   serveLoop,
}

// ServeIfPeer makes a process that a peer has started do its part. It then does
// not return. It is called first thing in main.
func ServeIfPeer() {
	role, ok := os.LookupEnv(roleEnv)
	if !ok {
		return
	}
	serve, ok := roles[role]
	if !ok {
		fmt.Fprintf(os.Stderr, "%s is %q, which is no peer\n", roleEnv, role)
		os.Exit(2)
	}
	serve()
	os.Exit(0)
}
