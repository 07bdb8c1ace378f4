package sdk_test

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/session"
)

func TestSetupRunsFirst(t *testing.T) {
	t.Parallel()
	h := start(t, "configured", slog.LevelInfo, process.Config(settings{Language: "de"}))
	h.logs.await(t, "INFO set up worker=0 plugin=demo language=de")
	got, err := h.call("echo", "a")
	require.NoError(t, err)
	require.Equal(t, "a", got)
}

func TestSetupFailureFailsTheStart(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		act    string
		config any
		want   []string
		setup  bool // the plugin itself could tell
	}{
		"unknown attribute": {"configured", map[string]string{"Langauge": "de"}, []string{`unknown field "Langauge"`}, true},
		"wrong type":        {"configured", map[string]int{"Language": 1}, []string{"settings.Language", "number"}, true},
		"no set-up":         {"plugin", settings{}, []string{"takes no configuration"}, true},
		"error":             {"configured", settings{Fail: "error"}, []string{"no licence"}, true},
		"panic":             {"configured", settings{Fail: "panic"}, []string{"panic: boom"}, true},
		"exit":              {"configured", settings{Fail: "exit"}, []string{"exit code 7", "no GPU"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t, test.act, slog.LevelInfo, process.Config(test.config))
			err := h.s.Start(t.Context())
			require.ErrorContains(t, err, "demo")
			for _, want := range test.want {
				require.ErrorContains(t, err, want)
			}
			if test.setup {
				require.ErrorIs(t, err, session.ErrSetup)
			}
		})
	}
}
