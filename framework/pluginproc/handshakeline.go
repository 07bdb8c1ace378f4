package pluginproc

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	goplugin "github.com/hashicorp/go-plugin"

	"github.com/signalbox-go/signalbox/framework/pluginproc/handshake"
)

// maxQuote is how much of a wrong first line an error shows, in bytes.
const maxQuote = 300

// checkHandshake reads the handshake before go-plugin does, whose errors have
// no types: CORE|VERSION|network|address|protocol|certificate.
func checkHandshake(line []byte) error {
	text := clip(printable(line), maxQuote)
	wrong := func(why string) error { return &NotPluginError{Line: text, Why: why} }

	parts := strings.Split(strings.TrimSpace(string(line)), "|")
	core, err := strconv.Atoi(parts[0])
	if len(parts) < 4 || err != nil {
		return wrong(`a plugin's first line is its handshake, such as "1|1|unix|/path|grpc|"; if this is one, nothing may be printed to stdout before it`)
	}
	if core != goplugin.CoreProtocolVersion {
		return wrong("it speaks version " + parts[0] + " of go-plugin's own protocol, the host speaks " + strconv.Itoa(goplugin.CoreProtocolVersion) + ": rebuild the plugin")
	}
	version, err := strconv.Atoi(parts[1])
	if err != nil {
		return wrong("the protocol version " + strconv.Quote(parts[1]) + " is no number")
	}
	if !slices.Contains(handshake.Versions(), version) {
		return &VersionError{Host: handshake.Versions(), Plugin: version}
	}
	if why := checkAddress(parts[2], parts[3]); why != "" {
		return wrong(why)
	}
	if len(parts) < 5 || goplugin.Protocol(parts[4]) != goplugin.ProtocolGRPC {
		return wrong("it serves net/rpc; a plugin of this host serves gRPC")
	}
	if len(parts) > 5 && parts[5] != "" {
		return wrong("it serves TLS, which the host does not use: the socket is private already")
	}
	return nil
}

// checkAddress says what is wrong with the address of a plugin, if anything. It
// may not be a name, whose look-up nobody could interrupt.
func checkAddress(network, address string) string {
	switch network {
	case "unix":
		if address == "" {
			return "it names no socket"
		}
	case "tcp":
		if a, err := netip.ParseAddrPort(address); err != nil || !a.Addr().IsLoopback() {
			return "the address " + strconv.Quote(address) + " is not a numeric one of this machine, such as 127.0.0.1:1234"
		}
	default:
		return "the network " + strconv.Quote(network) + " is neither unix nor tcp"
	}
	return ""
}

// notHandshake says that a program printed something else than a handshake.
func notHandshake(line []byte) error {
	return &NotPluginError{Line: clip(printable(line), maxQuote),
		Why: `a plugin prints its handshake to stdout, such as "1|1|unix|/path|grpc", on a line of its own`}
}
