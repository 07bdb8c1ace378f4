package peer

import (
	"net/rpc"
	"sync/atomic"
	"time"

	goplugin "github.com/hashicorp/go-plugin"
)

// NetRPC is a pool of go-plugin processes over net/rpc.
type NetRPC struct {
	clients []*goplugin.Client
	peers   []*rpc.Client
}

// StartNetRPC starts that many processes.
func StartNetRPC(processes int) (*NetRPC, error) {
	clients, offered, err := startSelf("netrpc", processes, netRPCPlugin{}, goplugin.ProtocolNetRPC)
	p := &NetRPC{clients: clients}
	for _, one := range offered {
		p.peers = append(p.peers, one.(*rpc.Client))
	}
	return p, err
}

// Stop ends the processes.
func (p *NetRPC) Stop() {
	for _, one := range p.peers {
		one.Close() // or yamux complains on stderr
	}
	kill(p.clients)
}

// Next calls n times with that many calls in flight.
func (p *NetRPC) Next(n, calls int) (time.Duration, error) {
	var sum atomic.Int64
	took, err := inFlight(n, calls, func(caller, number int) error {
		var out int
		err := p.peers[caller%len(p.peers)].Call("Plugin.Next", number, &out)
		sum.Add(int64(out))
		return err
	})
	if err == nil {
		err = checkTotal(int(sum.Load()), sumOfNext(n))
	}
	return took, err
}

type netRPCPlugin struct{}

func (netRPCPlugin) Server(*goplugin.MuxBroker) (any, error) { return netRPCServer{}, nil }

func (netRPCPlugin) Client(_ *goplugin.MuxBroker, c *rpc.Client) (any, error) { return c, nil }

func serveNetRPC() {
	goplugin.Serve(&goplugin.ServeConfig{HandshakeConfig: cookie, Plugins: goplugin.PluginSet{pluginName: netRPCPlugin{}}})
}

type netRPCServer struct{}

// Next has the form that net/rpc asks for.
func (netRPCServer) Next(in int, out *int) error {
	*out = in + 1
	return nil
}
