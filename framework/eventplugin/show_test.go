//go:build linux

package eventplugin_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/eventplugin"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/view"
	"github.com/signalbox-go/signalbox/sdk"
)

// watchful subscribes to events of all sorts, seen and unseen.
func watchful(s *sdk.Scheduler, _ setting) error {
	s.OnStart.Do(func() {})
	s.OnStart.Do(func() {}, event.Hidden(), event.Named("bookkeeper"))
	s.OnStart.Do(func() {}, event.Named("leaver")).Unsubscribe()
	s.Task("double").OnResult.Do(func(sdk.Result) {}, event.Named("named"), event.Every(2), event.Limit(5))
	s.EveryTask().OnDone.Do(func(sdk.Done) {})
	event.On(s, event.New[string]("mine"), func(string) {})
	return nil
}

// places leaves lines of source open.
var places = regexp.MustCompile(`_test\.go:\d+\(`)

func shownTree(r *rig) string { return places.ReplaceAllString(fmt.Sprint(r.Scheduler), "_test.go:N(") }

func TestShownPluginsStandInTheTree(t *testing.T) {
	t.Parallel()
	r := newRig(t, local.Pool(1), func(dir string) []*eventplugin.Spec {
		return []*eventplugin.Spec{self(dir, "watchful", eventplugin.Shown())}
	})
	r.submitAtStart(1, 2, 3, 4)
	require.Contains(t, shownTree(r), "watchful  not started  lag 0  missed 0  restarts 0", "before the first run")
	r.run()
	tree := shownTree(r)
	for _, lines := range []string{
		"@on_start 1\n┃   ├── eventplugin_test.go:N() (1)\n┃   └── watchful: show_test.go:N() (1)\n",
		"│ @on_result 4                                                             │\n" +
			"┃   │ └── watchful: named(sdk.Result) (2)                                      │\n",
		"┗━━ ╭─ Event plugins ──────────────────────────────────────────────────────────╮\n" +
			"    │ watchful  ended  lag 0  missed 0  restarts 0                             │\n" +
			"    │   @*.on_done                                                             │\n" +
			"    │   └── show_test.go:N(sdk.Done) (4)",
		"│   @mine ",
	} {
		require.Contains(t, tree, lines)
	}
	require.NotContains(t, tree, "bookkeeper")
	require.NotContains(t, tree, "leaver")
	for _, e := range r.Snapshot().Tasks[0].Events {
		if e.Name == "on_result" {
			require.Equal(t, []view.Handler{{Name: "named", Type: "sdk.Result", Calls: 2, Plugin: "watchful", Every: 2, Limit: 5}}, e.Handlers)
		}
	}
}

func TestPluginsAreHiddenButForTheirHealth(t *testing.T) {
	t.Parallel()
	r := newRig(t, local.Pool(1), func(dir string) []*eventplugin.Spec {
		return []*eventplugin.Spec{self(dir, "watchful"), eventplugin.Self("strict", eventplugin.Optional()),
			self(dir, "deadly", eventplugin.FlushWithin(patience))}
	})
	var during view.Scheduler
	r.OnFinishing.Do(func() { during = r.Snapshot() })
	r.submitAtStart(1)
	r.run()
	tree := fmt.Sprint(r.Scheduler)
	require.NotContains(t, tree, "watchful:")
	require.NotContains(t, tree, "*.on_done")
	require.Regexp(t, `watchful +ended +lag 0 +missed 0 +restarts 0`, tree)
	require.Regexp(t, `strict +not attached +lag 0`, tree)
	require.Contains(t, tree, "configuration: port is missing")
	require.Regexp(t, `deadly +lost +lag \d +missed 0 +restarts 5`, tree)
	require.Contains(t, tree, "its process died more than 5 times within 1m0s")

	require.Len(t, during.EventPlugins, 3)
	require.Equal(t, "running", during.EventPlugins[0].State)
	require.NotZero(t, during.EventPlugins[0].PID)
	require.Contains(t, []string{"running", "restarting", "lost"}, during.EventPlugins[2].State)
	require.False(t, strings.HasPrefix(r.Snapshot().EventPlugins[2].Error, "eventplugin: "))
}
