package osproc_test

import (
	"fmt"
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/internal/osproc"
)

const patience = 10 * time.Second

// end ends a group that has been started for a test.
func end(t *testing.T, c *osproc.Child) {
	t.Cleanup(func() {
		require.NoError(t, c.Kill())
		c.Wait()
	})
}

// TestMeterReadsTheGroup: descendants count in whatever group they are, and what
// is left of the group when its parent has died.
func TestMeterReadsTheGroup(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		script    string
		processes int
	}{
		"alone":                 {"echo up; exec sleep 60", 1},
		"children":              {"sleep 60 & sleep 60 & echo up; wait", 3},
		"grandchildren":         {"(sleep 60; :) & echo up; wait", 3},
		"a session of its own":  {"setsid sleep 60 & echo up; wait", 2},
		"whose parent has died": {"(sleep 60 &); echo up; sleep 60", 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			child, out := start(t, c.script)
			end(t, child)
			line(t, out)
			var m osproc.Meter
			require.Eventually(t, func() bool {
				u, err := m.Read(child.PID())
				return err == nil && u.Processes == c.processes && u.Memory > 0 && u.Data > 0
			}, patience, time.Millisecond)
			exact := m.Exact(child.PID())
			require.Positive(t, exact)
			require.LessOrEqual(t, exact, read(t, &m, child).Memory+1<<20, "what is shared counts once")
		})
	}
	_, err := new(osproc.Meter).Read(1 << 30)
	require.Error(t, err)
}

func read(t *testing.T, m *osproc.Meter, c *osproc.Child) osproc.Usage {
	t.Helper()
	u, err := m.Read(c.PID())
	require.NoError(t, err)
	return u
}

func TestMeterReadsProcessorTime(t *testing.T) {
	t.Parallel()
	child, _ := start(t, "while :; do :; done")
	end(t, child)
	var m osproc.Meter
	require.Eventually(t, func() bool {
		glance, err := m.Glance(child.PID())
		return err == nil && glance.CPU > 50*time.Millisecond && read(t, &m, child).CPU >= 30*time.Millisecond
	}, patience, time.Millisecond)
	idle, out := start(t, "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo up; exec sleep 60")
	end(t, idle)
	line(t, out)
	used := read(t, &m, idle).CPU
	require.Positive(t, used)
	require.Equal(t, used, read(t, &m, idle).CPU)
}

func TestFreeze(t *testing.T) {
	t.Parallel()
	child, out := start(t, "echo up; while :; do :; done")
	end(t, child)
	line(t, out)
	var m osproc.Meter
	for range 3 {
		require.Eventually(t, func() bool { return child.Freeze() == nil }, patience, time.Millisecond)
		frozen := glance(t, &m, child)
		for range 1000 {
			require.Equal(t, frozen.CPU, glance(t, &m, child).CPU)
		}
		child.Thaw()
		require.Eventually(t, func() bool { return glance(t, &m, child).CPU > frozen.CPU }, patience, time.Millisecond)
	}
	require.Eventually(t, func() bool { return child.Freeze() == nil }, patience, time.Millisecond)
	require.NoError(t, child.Kill(), "what stands still can be killed")
}

func TestFreezeOfWhatIsGone(t *testing.T) {
	t.Parallel()
	child, _ := start(t, "exit 0")
	child.Wait()
	require.Error(t, child.Freeze())
	child.Thaw()
	_, err := child.LimitData(1 << 30)
	require.Error(t, err)
	require.NoError(t, child.Renice(5))
}

func glance(t *testing.T, m *osproc.Meter, c *osproc.Child) osproc.Usage {
	t.Helper()
	u, err := m.Glance(c.PID())
	require.NoError(t, err)
	return u
}

func TestLimitData(t *testing.T) {
	t.Parallel()
	child, out := start(t, "echo up; exec sleep 60")
	end(t, child)
	line(t, out)
	limits := func() string {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", child.PID()))
		require.NoError(t, err)
		return regexp.MustCompile(`Max data size +(\S+)`).FindStringSubmatch(string(text))[1]
	}
	first := limits()
	before, err := child.LimitData(123 << 20)
	require.NoError(t, err)
	require.Equal(t, fmt.Sprint(123<<20), limits())
	_, err = child.LimitData(before)
	require.NoError(t, err)
	require.Equal(t, first, limits())
}

func TestKillStrays(t *testing.T) {
	t.Parallel()
	child, out := start(t, "setsid sh -c 'echo up; sleep 60' & wait; echo over; exec sleep 60")
	end(t, child)
	line(t, out)
	new(osproc.Meter).KillStrays(child.PID())
	require.Equal(t, "over\n", line(t, out))
}
