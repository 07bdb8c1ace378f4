package sdk

import (
	"context"
	"fmt"

	"github.com/signalbox-go/signalbox/sdk/internal/plugin"
)

// EventPlugin defines an event plugin: its name, and the function that
// subscribes to what it wants to hear of, given the scheduler's mirror and its
// configuration.
//
//	sdk.EventPlugin("alert", func(s *sdk.Scheduler, c Config) error {
//		s.OnFutureException.Do(func(e sdk.FutureException) { post(c.Webhook, e.Err) }, event.Every(10))
//		return nil
//	})
//
// Config is a struct whose fields have names as in `hcl:"webhook"`, or
// `hcl:"webhook,optional"`, and may have a description as in `doc:"where alerts
// go"`; struct{} for none. The host checks what it is given against it before
// anything starts. If setUp fails, the plugin is not attached, and the host's
// run does not start.
//
// setUp is called once in each process of the plugin. It panics without a name
// or function, and for a Config that cannot be one.
func EventPlugin[Config any](name string, setUp func(s *Scheduler, c Config) error, opts ...PluginOption) Part {
	if name == "" || setUp == nil {
		panic("sdk: EventPlugin needs a name and a function")
	}
	fields, err := configFields[Config]()
	if err != nil {
		panic(fmt.Sprintf("sdk: event plugin %s: %v", name, err))
	}
	var o pluginOptions
	for _, opt := range opts {
		opt(&o)
	}
	return &plugin.EventPlugin{
		Name:     name,
		Config:   describeFields(fields),
		Lossless: o.lossless,
		SetUp: func(ctx context.Context, link *plugin.Link, config []byte) (plugin.Mirror, error) {
			var c Config
			if err := decodeConfig(config, fields, &c); err != nil {
				return nil, err
			}
			s := newScheduler(ctx, link)
			s.pluginOptions = o
			if err := setUp(s, c); err != nil {
				return nil, err
			}
			return (*mirror)(s), nil
		},
	}
}

// PluginOption is an option of [EventPlugin].
type PluginOption func(*pluginOptions)

// pluginOptions are what options of [EventPlugin] set.
type pluginOptions struct{ inputs, results, endOnPanic, lossless bool }

// WithInput has inputs come with submitted futures. They are not sent unless
// somebody asks. Where it depends on the configuration, see
// [Scheduler.WantInput].
func WithInput() PluginOption { return func(o *pluginOptions) { o.inputs = true } }

// WithResults has results come with every record ([Scheduler.OnRecord]). Those
// who subscribe to results get them anyway. Where it depends on the
// configuration, see [Scheduler.WantResults].
func WithResults() PluginOption { return func(o *pluginOptions) { o.results = true } }

// EndOnPanic has a panic of a callback end the plugin's process, which is then
// replaced. By default it is logged, and the plugin goes on.
func EndOnPanic() PluginOption { return func(o *pluginOptions) { o.endOnPanic = true } }

// Lossless says that the plugin must not miss anything: unless whoever attaches
// it says otherwise, tasks wait while it is far behind, and the run is stopped if
// it is lost for good.
func Lossless() PluginOption { return func(o *pluginOptions) { o.lossless = true } }
