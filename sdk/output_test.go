//go:build unix

package sdk_test

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPrintingIsNoHarm(t *testing.T) {
	t.Parallel()
	h := start(t, "noisy", slog.LevelInfo)
	h.logs.await(t,
		"INFO early fmt worker=0 plugin=demo stream=stdout",
		"INFO early raw worker=0 plugin=demo stream=stdout",
		"INFO early child worker=0 plugin=demo stream=stdout",
		"INFO early child error worker=0 plugin=demo stream=stderr",
		"INFO early half a line worker=0 plugin=demo stream=stdout",
	)

	for range 2 {
		_, err := h.call("noise", "late ")
		require.NoError(t, err)
	}
	lines := h.logs.await(t,
		"INFO late fmt worker=0 plugin=demo stream=stderr",
		"INFO late log worker=0 plugin=demo",
		"INFO late raw worker=0 plugin=demo stream=stderr",
		"INFO late child worker=0 plugin=demo stream=stderr",
		"INFO late child error worker=0 plugin=demo stream=stderr",
		"INFO late half a line worker=0 plugin=demo stream=stderr",
		"INFO after half a line worker=0 plugin=demo task=do future=2",
		"INFO half an error worker=0 plugin=demo stream=stderr",
		"INFO after half an error worker=0 plugin=demo task=do future=2",
	)
	require.NotContains(t, strings.Join(lines, "\n"), "\x1e")
}

func TestLogRecordsArrive(t *testing.T) {
	t.Parallel()
	h := start(t, "plugin", slog.LevelInfo)
	_, err := h.call("log", "c")
	require.NoError(t, err)
	lines := h.logs.await(t,
		"WARN at warn worker=0 plugin=demo task=do future=1 a=1 g.b=c",
		"ERROR without a context worker=0 plugin=demo multi=line one\nline two",
		"INFO by package log worker=0 plugin=demo",
	)
	require.NotContains(t, strings.Join(lines, "\n"), "at debug")
}

func TestDebugFollowsTheHost(t *testing.T) {
	t.Parallel()
	h := start(t, "plugin", slog.LevelDebug)
	_, err := h.call("log", "")
	require.NoError(t, err)
	h.logs.await(t, "DEBUG at debug worker=0 plugin=demo task=do future=1")
}
