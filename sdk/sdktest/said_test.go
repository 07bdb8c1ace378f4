package sdktest_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/sdk"
	"github.com/signalbox-go/signalbox/sdk/sdktest"
)

// halving asks after each step whether to go on.
var halving = sdk.TaskFunc("halving", func(ctx context.Context, x float64) (float64, error) {
	for range 10 {
		x /= 2
		sdk.Progress(ctx, x, 0, "halved")
		if err := sdk.Send(ctx, map[string]float64{"x": x}); err != nil {
			return 0, err
		}
		goOn, err := sdk.Request[bool](ctx, x, time.Minute)
		if err != nil {
			return 0, err
		}
		if !goOn {
			break
		}
	}
	return x, sdk.CloseAndWait(ctx, time.Minute)
})

func TestATaskThatTalks(t *testing.T) {
	t.Parallel()
	var kinds []string
	var done []float64
	p := sdktest.Host{Hear: func(s *sdktest.Said) {
		kinds = append(kinds, s.Kind)
		switch s.Kind {
		case "message":
			var data struct{ X float64 }
			require.NoError(t, s.Decode(&data))
			require.Error(t, s.Respond(1), "it is no request")
		case "request":
			var x float64
			require.NoError(t, s.Decode(&x))
			require.NoError(t, s.Respond(x > 3))
			require.Error(t, s.Respond(x > 3))
		case "progress":
			require.Equal(t, "halved", s.Text)
			done = append(done, s.Done)
		}
	}}.Start(t, halving)
	x, err := sdktest.Call(t.Context(), p, halving, 8)
	require.NoError(t, err)
	require.Equal(t, 2.0, x)
	require.Subset(t, []string{"progress", "message", "request", "message", "request", "close"}, kinds)
	require.Equal(t, "progress", kinds[0])
	require.Equal(t, 4.0, done[0])
	require.Equal(t, 2.0, done[len(done)-1])
}

func TestATaskThatIsNotHeard(t *testing.T) {
	t.Parallel()
	_, err := sdktest.Call(t.Context(), sdktest.Start(t, halving), halving, 8)
	require.ErrorIs(t, err, sdk.ErrNotHeard)
}

func TestATaskThatIsToClose(t *testing.T) {
	t.Parallel()
	for name, why := range map[string]error{"closed": sdk.ErrCloseRequested, "refused": errors.New("no time")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := sdktest.Host{Hear: func(s *sdktest.Said) {
				if s.Kind == "request" {
					require.NoError(t, s.Refuse(why))
				}
			}}.Start(t, halving)
			_, err := sdktest.Call(t.Context(), p, halving, 8)
			require.ErrorIs(t, err, why)
		})
	}
}

// flooding says more than fits unless the host grants room.
var flooding = sdk.TaskFunc("flooding", func(ctx context.Context, n int) (int, error) {
	for range n {
		if err := sdk.Send(ctx, make([]byte, 1000)); err != nil {
			return 0, err
		}
	}
	return n, nil
})

func TestATaskThatSaysALot(t *testing.T) {
	t.Parallel()
	heard := 0
	p := sdktest.Host{Hear: func(*sdktest.Said) { heard++ }}.Start(t, flooding)
	for range 2 {
		_, err := sdktest.Call(t.Context(), p, flooding, 1000)
		require.NoError(t, err)
	}
	require.Equal(t, 2000, heard)
}
