//go:build linux

package eventplugin_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/eventplugin"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/sdk"
)

// constraints is an extension that notes with what calls are submitted.
type constraints []scheduler.Constraints

func (*constraints) Name() string                   { return "constraints" }
func (*constraints) Attach(scheduler.AnyTask) error { return nil }

func (c *constraints) PreSubmit(sub *scheduler.Submission) error {
	*c = append(*c, sub.Constraints)
	return nil
}

func TestPluginsSubmitWithOptions(t *testing.T) {
	t.Parallel()
	r := newRig(t, local.Pool(1), func(dir string) []*eventplugin.Spec {
		return []*eventplugin.Spec{self(dir, "urgent", eventplugin.Allow(eventplugin.Submit))}
	})
	var got constraints
	require.NoError(t, r.double.Attach(&got))
	begun := time.Now()
	r.run()
	require.Len(t, got, 2)
	require.Equal(t, scheduler.Constraints{}, got[0])
	require.Equal(t, -7, got[1].Priority)
	require.WithinRange(t, got[1].Deadline, begun.Add(time.Hour), begun.Add(2*time.Hour))
	require.PanicsWithValue(t, "sdk: Within needs a duration greater than 0, not 0s", func() { sdk.Within(0) })
}
