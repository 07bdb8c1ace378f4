package sdk

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/signalbox-go/signalbox/sdk/internal/plugin"
)

// Setup has fn called once in each worker process, before its first task, with
// the plugin's configuration decoded from JSON; attributes that Config does
// not have are an error, and without a configuration it is the zero value. If
// fn fails, the process cannot work, and the host's run does not start.
//
// Several set-ups are called in the order in which they were given, each with
// the whole configuration.
func Setup[Config any](fn func(ctx context.Context, c Config) error) Part {
	if fn == nil {
		panic("sdk: Setup needs a function, not nil")
	}
	return plugin.Setup(func(ctx context.Context, config []byte) error {
		var c Config
		if len(config) > 0 {
			d := json.NewDecoder(bytes.NewReader(config))
			d.DisallowUnknownFields()
			if err := d.Decode(&c); err != nil {
				return fmt.Errorf("configuration does not decode as %T: %w", c, err)
			}
		}
		return fn(ctx, c)
	})
}
