package pluginproc_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/pluginproc"
)

func TestNice(t *testing.T) {
	t.Parallel()
	b := setup(t, "plugin")
	b.config.Nice = 3
	p := b.start(t)
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.PID()))
	require.NoError(t, err)
	require.Equal(t, "3", strings.Fields(string(stat[slices.Index(stat, ')')+1:]))[16])

	b.config.Nice = 20
	_, err = pluginproc.Start(t.Context(), b.config)
	require.ErrorContains(t, err, "nice level 20 is out of range: give one from -20 to 19")
}

// TestFreeze has a process stand still, which then answers nothing, and go on.
func TestFreeze(t *testing.T) {
	t.Parallel()
	p := setup(t, "plugin").start(t)
	for range 3 {
		require.NoError(t, p.Freeze())
		p.Thaw()
	}
	_, err := p.LimitData(1 << 40)
	require.NoError(t, err)
	within(t, patience/2, func() { p.Stop(t.Context()) })
	require.Error(t, p.Freeze())
	_, err = p.LimitData(1 << 40)
	require.Error(t, err)
}
