package sdktest_test

import (
	"context"
	"log"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/sdk"
	"github.com/signalbox-go/signalbox/sdk/sdktest"
)

var talk = sdk.TaskFunc("talk", func(ctx context.Context, who string) (int, error) {
	slog.DebugContext(ctx, "debug")
	slog.With("who", who).WithGroup("g").InfoContext(ctx, "hello", "n", 1)
	return 0, nil
})

func TestLogsOfATask(t *testing.T) {
	t.Parallel()
	quiet := sdktest.Start(t, talk)
	chatty := sdktest.Host{LogLevel: slog.LevelDebug}.Start(t, talk)
	for _, p := range []*sdktest.Plugin{quiet, chatty} {
		_, err := sdktest.Call(t.Context(), p, talk, "me")
		require.NoError(t, err)
	}
	of := func(p *sdktest.Plugin) (lines []sdktest.Line) {
		for _, l := range p.Logs() {
			if l.Task != "" {
				lines = append(lines, l)
			}
		}
		return lines
	}
	lines := of(quiet)
	require.Len(t, lines, 1)
	require.Equal(t, "INFO hello task=talk future=1 who=me g.n=1", lines[0].String())
	require.Equal(t, "me", lines[0].Attr("who"))
	require.Equal(t, int64(1), lines[0].Attr("g.n"))
	require.Nil(t, lines[0].Attr("none"))
	require.False(t, lines[0].Time.IsZero())

	lines = of(chatty)
	require.Len(t, lines, 2)
	require.Equal(t, "DEBUG debug task=talk future=1", lines[0].String())
}

// TestLogsWithoutAContext runs alone: such records go to all plugins that run.
func TestLogsWithoutAContext(t *testing.T) {
	before, flags, output := slog.Default(), log.Flags(), log.Writer()
	early := slog.Default().With("early", true)
	t.Run("plugin", func(t *testing.T) {
		loud := sdk.TaskFunc("loud", func(context.Context, int) (int, error) {
			slog.Warn("slog")
			log.Print("log")
			early.Error("made before")
			return 0, nil
		})
		p := sdktest.Start(t, loud)
		_, err := sdktest.Call(t.Context(), p, loud, 0)
		require.NoError(t, err)
		var got []string
		for _, l := range p.Logs() {
			got = append(got, l.String())
		}
		require.Len(t, got, 3)
		require.Equal(t, []string{"WARN slog", "INFO log"}, got[:2])
		require.Contains(t, got[2], "made before early=true")
	})
	require.Same(t, before, slog.Default())
	require.Equal(t, flags, log.Flags())
	require.Equal(t, output, log.Writer())
}
