package plugin

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/signalbox-go/signalbox/framework/task"
)

// Setup is called once in each process, before its first task, with the
// plugin's configuration as JSON, empty for none.
type Setup func(ctx context.Context, config []byte) error

// PluginPart makes a Setup a [Part].
func (Setup) PluginPart() {}

// setUp calls all set-ups of the plugin.
func (p *Plugin) setUp(ctx context.Context, config []byte) error {
	if len(config) > 0 && len(p.setups) == 0 {
		return errors.New("the plugin takes no configuration (it has no sdk.Setup), but was given one")
	}
	return onGoroutine(func() error {
		for _, s := range p.setups {
			if err := s(ctx, config); err != nil {
				return err
			}
		}
		return nil
	})
}

// onGoroutine calls the author's set-up on a goroutine of its own, which is all
// that runtime.Goexit can end.
func onGoroutine(setUp func() error) error {
	done := make(chan error, 1)
	go func() {
		err := error(task.Errorf(task.KindPanic, "the set-up called runtime.Goexit"))
		defer func() { done <- err }()
		defer func() {
			if v := recover(); v != nil {
				err = &task.Error{Kind: task.KindPanic, Message: fmt.Sprintf("panic: %v", v), Stack: string(debug.Stack())}
			}
		}()
		err = setUp()
	}()
	return <-done
}
