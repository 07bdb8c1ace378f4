// Package signalboxv1 is generated from signalbox/v1/plugin.proto: the
// messages of the protocol, and the gRPC client and server of its one service.
// Only this file is written by hand.
package signalboxv1
