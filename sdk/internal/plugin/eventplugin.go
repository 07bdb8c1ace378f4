package plugin

import (
	"context"

	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// EventPlugin is one event plugin that a process can serve as.
type EventPlugin struct {
	Name   string
	Config []*pb.ConfigField
	// Lossless asks for delivery without gaps.
	Lossless bool
	// SetUp makes what hears of events, with the plugin's configuration as
	// JSON, empty for none.
	SetUp func(ctx context.Context, link *Link, config []byte) (Mirror, error)
}

// PluginPart makes an EventPlugin a [Part].
func (*EventPlugin) PluginPart() {}

// Mirror is what hears of events in a plugin. But for Subscriptions, its methods
// are called one at a time.
type Mirror interface {
	// Subscriptions are all handlers so far. It may be called at any time.
	Subscriptions() *pb.Subscriptions
	// Restore takes up what a process before this one left.
	Restore(*pb.Attach) error
	// ResumeAfter returns the record up to which the plugin knows by itself
	// that it has everything, 0 for whatever the host says.
	ResumeAfter() uint64
	// Linger returns how long the plugin may stay after it has finished.
	Linger() int64
	// Tell tells one record.
	Tell(*Record)
	// Miss tells a gap.
	Miss(*pb.Gap)
	// Acknowledging is called before records are acknowledged, and does not
	// return if they must not be.
	Acknowledging()
	// Calls are the calls that each handler has made.
	Calls() []uint64
	// State is what a process after this one is to take up.
	State() ([]byte, error)
	// Finish tells that there will be no more events, and flushes.
	Finish(context.Context, *pb.Finish) error
	// Lingering is called after it, and ends with ctx.
	Lingering(context.Context)
}
