//go:build linux

package eventplugin_test

import (
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/eventplugin"
	"github.com/signalbox-go/signalbox/framework/executor/local"
)

// Plugins that only listen give way to tasks; those that may act do not.
func TestListenersGiveWay(t *testing.T) {
	t.Parallel()
	own := niceOf(os.Getpid())
	for name, c := range map[string]struct {
		opts []eventplugin.Option
		want int
	}{
		"listener": {nil, min(own+10, 19)},
		"actor":    {[]eventplugin.Option{eventplugin.Allow(eventplugin.Stop)}, own},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, local.Sequential(), func(dir string) []*eventplugin.Spec { return []*eventplugin.Spec{self(dir, "nice", c.opts...)} })
			r.run()
			require.Equal(t, []string{strconv.Itoa(c.want)}, r.lines("nice"))
		})
	}
}
