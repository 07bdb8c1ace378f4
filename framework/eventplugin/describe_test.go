//go:build linux

package eventplugin_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/eventplugin"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/task"
)

func TestDescribeTellsWhatAPluginIs(t *testing.T) {
	t.Parallel()
	got, err := eventplugin.Describe(t.Context(), eventplugin.Self("slow"))
	require.NoError(t, err)
	require.Equal(t, task.EventPlugin{Name: "slow", Config: []task.ConfigField{
		{Name: "file", Type: "string", Optional: true, Doc: "where to write what it hears"},
		{Name: "once", Type: "string", Optional: true, Doc: "a file whose making is left to the first process"},
		{Name: "gate", Type: "string", Optional: true, Doc: "a pipe to wait for"},
		{Name: "nap", Type: "duration", Optional: true},
	}}, got)
	got, err = eventplugin.Describe(t.Context(), eventplugin.Self("strict", eventplugin.Name("other")))
	require.NoError(t, err)
	require.Equal(t, []task.ConfigField{{Name: "port", Type: "whole number"}}, got.Config)

	for text, spec := range map[string]*eventplugin.Spec{
		`eventplugin: absent: this program offers no event plugin "absent"`: eventplugin.Self("absent"),
		`eventplugin: such: pluginproc: start plugin "such"`:                eventplugin.Plugin("/no/such"),
		"eventplugin: never: it does not build":                             eventplugin.Absent("never", errors.New("it does not build")),
	} {
		_, err := eventplugin.Describe(t.Context(), spec)
		require.ErrorContains(t, err, text)
	}
}

func TestAbsentPluginIsDoneWithoutIfItIsOptional(t *testing.T) {
	t.Parallel()
	why := errors.New("it does not build")
	r := newRig(t, local.Pool(1), func(string) []*eventplugin.Spec { return []*eventplugin.Spec{eventplugin.Absent("never", why)} })
	_, err := r.Run(t.Context())
	require.ErrorIs(t, err, why)

	r = newRig(t, local.Pool(1), func(dir string) []*eventplugin.Spec {
		return []*eventplugin.Spec{eventplugin.Absent("never", why, eventplugin.Optional()), self(dir, "trace")}
	})
	r.run()
	reports := r.hub.Reports()
	require.Equal(t, eventplugin.NotAttached, reports[0].State)
	require.ErrorIs(t, reports[0].Err, why)
	require.Equal(t, "on_start", r.lines("trace")[0])
}
