package peer

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
)

var cookie = goplugin.HandshakeConfig{ProtocolVersion: 1, MagicCookieKey: roleEnv + "_COOKIE", MagicCookieValue: "1"}

const pluginName = "peer"

// startSelf starts that many copies of this program in one role.
func startSelf(role string, processes int, plugin goplugin.Plugin, protocol goplugin.Protocol) ([]*goplugin.Client, []any, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	return startPlugins(self, role, processes, plugin, protocol)
}

// startPlugins starts that many processes by go-plugin, as its documentation
// shows it, and returns what each of them offers.
func startPlugins(path, role string, processes int, plugin goplugin.Plugin, protocol goplugin.Protocol) (clients []*goplugin.Client, offered []any, err error) {
	for range processes {
		cmd := exec.Command(path)
		cmd.Env = append(os.Environ(), roleEnv+"="+role)
		c := goplugin.NewClient(&goplugin.ClientConfig{
			HandshakeConfig: cookie, Plugins: goplugin.PluginSet{pluginName: plugin}, Cmd: cmd,
			AllowedProtocols: []goplugin.Protocol{protocol}, Logger: hclog.NewNullLogger(),
		})
		clients = append(clients, c)
		var one any
		rpc, err := c.Client()
		if err == nil {
			one, err = rpc.Dispense(pluginName)
		}
		if err != nil {
			kill(clients)
			return nil, nil, fmt.Errorf("starting the peer %s: %w", role, err)
		}
		offered = append(offered, one)
	}
	return clients, offered, nil
}

func kill(clients []*goplugin.Client) {
	var wg sync.WaitGroup
	for _, c := range clients {
		wg.Go(c.Kill)
	}
	wg.Wait()
}

// inFlight calls n times, with that many calls at a time, and returns how long
// it took. Calls are numbered from 1.
func inFlight(n, calls int, call func(caller, number int) error) (time.Duration, error) {
	var (
		wg   sync.WaitGroup
		last atomic.Int64
		errs = make([]error, calls)
	)
	began := time.Now()
	for caller := range calls {
		wg.Go(func() {
			for errs[caller] == nil {
				number := int(last.Add(1))
				if number > n {
					return
				}
				errs[caller] = call(caller, number)
			}
		})
	}
	wg.Wait()
	return time.Since(began), errors.Join(errs...)
}

// checkTotal compares what came back with what had to.
func checkTotal(got, want int) error {
	if got != want {
		return fmt.Errorf("the results add up to %d, not %d", got, want)
	}
	return nil
}

// sumOfNext is 2 + 3 + … + n+1.
func sumOfNext(n int) int { return n*(n+1)/2 + n }
