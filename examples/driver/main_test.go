package main

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/signalbox-go/signalbox/sdk/sdktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestDriver(t *testing.T) {
	t.Parallel()
	p := sdktest.Host{Allow: []string{"submit", "stop"}}.Attach(t, driver, double)

	p.Start() // returns when all that came of it is over

	require.Equal(t, "[submit double 1 submit double 2 submit double 4 submit double 8]", fmt.Sprint(p.Asked()))
}

func TestDriverGivesUp(t *testing.T) {
	t.Parallel()
	t.Run("it may not submit", func(t *testing.T) {
		t.Parallel()
		p := sdktest.Host{Allow: []string{"stop"}}.Attach(t, driver, double)
		p.Start()
		require.ErrorContains(t, p.Asked()[0].Refused, "plugin driver may not submit")
		require.Equal(t, "the driver has given up", p.Asked()[1].Message)
		require.ErrorContains(t, p.Asked()[1].Err, "may not submit")
	})
	t.Run("a result that is no number", func(t *testing.T) {
		t.Parallel()
		p := sdktest.Host{Allow: []string{"submit", "stop"}}.Attach(t, driver)
		p.Exception("double", errors.New("no"))
		require.Empty(t, p.Asked())
		p.Result("double", "two")
		require.Len(t, p.Asked(), 1)
		require.ErrorContains(t, p.Asked()[0].Err, "does not decode")
	})
	t.Run("it may do nothing", func(t *testing.T) {
		t.Parallel()
		p := sdktest.Attach(t, driver, double)
		p.Start()
		require.ErrorContains(t, p.Asked()[1].Refused, "plugin driver may not stop")
	})
}

func TestDriverKeepsItsLimit(t *testing.T) {
	t.Parallel()
	p := sdktest.Host{Allow: []string{"submit"}}.Attach(t, driver, double)
	p.Start()
	p.Restart(0)
	p.Result("double", 5)
	require.Len(t, p.Asked(), 4, "three results were answered by the process before")
}
