package sdktest_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/session"
	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/sdk"
	"github.com/signalbox-go/signalbox/sdk/sdktest"
)

type settings struct {
	Language string
	Depth    int
}

func TestSetupsRunInOrder(t *testing.T) {
	t.Parallel()
	var calls []string
	note := func(name string) sdk.Part {
		return sdk.Setup(func(ctx context.Context, s settings) error {
			require.NoError(t, ctx.Err())
			calls = append(calls, fmt.Sprint(name, s))
			return nil
		})
	}
	p := sdktest.Host{Config: settings{Language: "de", Depth: 2}}.Start(t, note("first"), double, note("second"))
	_, err := sdktest.Call(t.Context(), p, double, 1)
	require.NoError(t, err)
	require.Equal(t, []string{"first{de 2}", "second{de 2}"}, calls, "once, before the first task, in order")

	calls = nil
	sdktest.Start(t, note("none"), double)
	require.Equal(t, []string{"none{ 0}"}, calls, "without a configuration it is the zero value")
}

func TestSetupErrors(t *testing.T) {
	t.Parallel()
	reads := sdk.Setup(func(context.Context, settings) error { return nil })
	fails := func(f func() error) sdk.Part {
		return sdk.Setup(func(context.Context, struct{}) error { return f() })
	}
	for name, test := range map[string]struct {
		config any
		setup  sdk.Part
		want   string
		kind   string
	}{
		"unknown attribute": {map[string]any{"langauge": "de"}, reads, `unknown field "langauge"`, task.KindError},
		"wrong type":        {map[string]any{"depth": "two"}, reads, "Depth", task.KindError},
		"no set-up":         {settings{}, double, "takes no configuration", task.KindError},
		"own kind":          {nil, fails(func() error { return sdk.WithKind("licence", errors.New("no licence")) }), "no licence", "licence"},
		"panic":             {nil, fails(func() error { panic("boom") }), "panic: boom", task.KindPanic},
		"exit":              {nil, fails(func() error { runtime.Goexit(); return nil }), "runtime.Goexit", task.KindPanic},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			parts := []sdk.Part{test.setup, double}
			if test.setup == sdk.Part(double) {
				parts = parts[1:]
			}
			p, err := sdktest.Host{Config: test.config}.Open(t, parts...)
			require.Nil(t, p)
			require.ErrorIs(t, err, session.ErrSetup)
			require.ErrorContains(t, err, test.want)
			var e *task.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, test.kind, e.Kind)
			require.Equal(t, test.kind == task.KindPanic && name == "panic", e.Stack != "", e.Stack)
		})
	}
	_, err := sdktest.Host{Config: func() {}}.Open(t, double)
	require.ErrorContains(t, err, "does not encode as JSON")
}

func TestMisusePanics(t *testing.T) {
	t.Parallel()
	require.PanicsWithValue(t, `sdk: two tasks are called "double": give one another name`, func() { sdktest.Start(t, double, double.As("other")) })
	require.PanicsWithValue(t, `sdk: part 2 of the plugin is nil`, func() { sdktest.Start(t, double, nil) })
}
