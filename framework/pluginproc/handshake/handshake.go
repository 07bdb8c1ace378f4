// Package handshake holds what the two ends of a plugin process's start must
// agree on before they can speak: the cookie, the protocol versions and the
// names of environment variables. It imports nothing, so that a plugin can use
// it without linking the host.
package handshake

// The cookie tells a plugin that a host started it rather than a person. The
// same variable marks every child process of a host.
const (
	CookieKey   = "SIGNALBOX_PLUGIN"
	CookieValue = "6f1c7a9e-signalbox-v1"
)

// Version is the newest protocol version of package wire, which this package
// does not import: it is a leaf.
const Version = 1

// Versions are all protocol versions the host speaks, newest first.
func Versions() []int { return []int{Version} }

// PluginName is the key of the one plugin in go-plugin's plugin set.
const PluginName = "signalbox"

// LifeFDEnv names the variable that holds the number of the life pipe's file
// descriptor: reading from it ends when the host is gone, however it went.
// The variable is absent where there is no life pipe (Windows).
const LifeFDEnv = "SIGNALBOX_LIFE_FD"

// LifeFD is that number.
const LifeFD = 3
