// Package session is the host's half of the one stream between a host and a
// plugin process, over any gRPC connection. It opens the stream, sends
// requests, and checks and decodes what comes back, so that nobody else reads
// frames.
//
// What a plugin may never send is an error that matches [ErrProtocol], whatever
// of it was readable: a plugin that has lost count of its calls is not to be
// trusted with others. Whether a plugin was sent the calls that it answers is
// the caller's to check, who knows what it holds.
//
// The sizes of messages are limited by the connection, not here: a message
// that the connection refuses is an error that says both sizes.
package session
