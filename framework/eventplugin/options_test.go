//go:build linux

package eventplugin_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/eventplugin"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/sdk"
)

// row is one combination of options, which the host and a plugin use alike.
type row struct {
	every, repeat, limit int
	when, hidden         bool
}

// table is every combination of a few values of each option. A predicate has a
// memory, which dies with its process: for plugins that do, it is left out.
func table(withWhen bool) (rows []row) {
	for _, every := range []int{1, 2, 3, 50} {
		for _, repeat := range []int{1, 3} {
			for _, limit := range []int{0, 1, 5, 40} {
				for _, hidden := range []bool{false, true} {
					rows = append(rows, row{every, repeat, limit, false, hidden})
					if withWhen {
						rows = append(rows, row{every, repeat, limit, true, hidden})
					}
				}
			}
		}
	}
	return rows
}

func (r row) options() []event.Option {
	opts := []event.Option{event.Every(r.every), event.Repeat(r.repeat)}
	if r.limit > 0 {
		opts = append(opts, event.Limit(r.limit))
	}
	if r.when {
		asked := 0
		opts = append(opts, event.When(func() bool { asked++; return asked%3 != 1 }))
	}
	if r.hidden {
		opts = append(opts, event.Hidden())
	}
	return opts
}

// call is what one call of a row's callback is written down as.
func (r row) call(n int, future uint64) string {
	return fmt.Sprintf("row %d %+v: future %d", n, r, future)
}

// options writes down every call of the table.
func options(s *sdk.Scheduler, c setting) error {
	write := writer(c.File)
	for n, r := range table(true) {
		s.Task("double").OnResult.Do(func(e sdk.Result) { write("%s", r.call(n, e.Future.ID)) }, r.options()...)
	}
	return nil
}

// optionsCrasher does so too, and its first process kills itself at a result in
// the middle. The second one writes to a file of its own.
func optionsCrasher(s *sdk.Scheduler, c setting) error {
	_, err := os.Stat(c.Once)
	first := err != nil
	path := c.File
	if !first {
		path += " again"
	}
	write := writer(path)
	for n, r := range table(false) {
		s.Task("double").OnResult.Do(func(e sdk.Result) { write("%s", r.call(n, e.Future.ID)) }, r.options()...)
	}
	s.Task("double").OnResult.Do(func(e sdk.Result) {
		if first && e.Future.ID == 60 {
			must(nil, os.WriteFile(c.Once, nil, 0o600))
			p, _ := os.FindProcess(os.Getpid())
			_ = p.Kill()
			select {}
		}
	})
	return nil
}

// optionsRig runs a hundred results past the table, in the host and in a
// plugin, and returns the host's calls.
func optionsRig(t *testing.T, plugin string, withWhen bool) (r *rig, want []string, handlers []*event.Handler) {
	t.Helper()
	r = newRig(t, local.Sequential(), func(dir string) []*eventplugin.Spec { return []*eventplugin.Spec{self(dir, plugin)} })
	for n, row := range table(withWhen) {
		handlers = append(handlers, r.double.OnResult.Do(func(e scheduler.Result[int]) { want = append(want, row.call(n, e.Future.ID())) }, row.options()...))
	}
	r.submitAtStart(make([]int, 100)...)
	r.run()
	return r, want, handlers
}

// TestOptionsAreThoseOfTheHost has callbacks of a plugin in a process of its own
// called at the same results, as often and in the same order, as callbacks in
// the host with the same options.
func TestOptionsAreThoseOfTheHost(t *testing.T) {
	t.Parallel()
	r, want, handlers := optionsRig(t, "options", true)
	require.Equal(t, want, r.lines("options"))
	reported := r.report().Handlers
	require.Len(t, reported, len(handlers))
	for n, h := range handlers {
		require.Equal(t, h.Calls(), reported[n].Calls, "row %d", n)
		require.Equal(t, "double.on_result", reported[n].Event)
	}
}

// TestOptionsGoOnInTheNextProcess is the same for a plugin whose process dies:
// between them, its processes make every call, and each those that the host
// made.
func TestOptionsGoOnInTheNextProcess(t *testing.T) {
	t.Parallel()
	r, want, handlers := optionsRig(t, "options crasher", false)
	first, second := r.lines("options crasher"), r.lines("options crasher again")
	require.Less(t, len(first), len(want))
	require.Equal(t, want[:len(first)], first)
	require.LessOrEqual(t, len(want)-len(second), len(first), "calls are missing")
	require.Equal(t, want[len(want)-len(second):], second)
	p := r.report()
	require.Equal(t, 1, p.Restarts)
	for n, h := range handlers {
		require.Equal(t, h.Calls(), p.Handlers[n].Calls, "row %d", n)
	}
}
