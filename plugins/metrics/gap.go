package metrics

import (
	"strings"

	"github.com/signalbox-go/signalbox/sdk"
)

// gap counts what was missed, by what the host says of it.
func (t *totals) gap(g sdk.Gap) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.Gaps++
	// What no task accounts for was submitted without a task.
	loose := map[string]uint64{"on_submitted": g.Missed["on_future_submitted"], "on_result": g.Missed["on_future_result"],
		"on_exception": g.Missed["on_future_exception"], "on_cancelled": g.Missed["on_future_cancelled"]}
	for name, n := range g.Missed {
		a, counts := t.addressOf(name)
		switch {
		case !counts:
		case isTaskEvent(a.event) && a.task != "":
			t.task(a.task).miss(a.event, n)
			loose[a.event] -= min(loose[a.event], n)
		default:
			t.event(a).Count += n
		}
	}
	for event, n := range loose {
		if n > 0 {
			t.task("").miss(event, n)
		}
	}
	for _, k := range []sdk.Kind{sdk.KindStart, sdk.KindFinishing, sdk.KindFinished} {
		if g.Missed["on_"+string(k)] > 0 {
			t.enter(k)
		}
	}
}

// miss counts events of a task that were missed.
func (k *task) miss(event string, n uint64) {
	switch event {
	case "on_submitted":
		k.Submitted += n
	case "on_result":
		k.Results += n
	case "on_exception":
		k.fail(missed, n)
	case "on_cancelled":
		k.Cancelled += n
	}
}

func isTaskEvent(event string) bool {
	switch event {
	case "on_submitted", "on_done", "on_result", "on_exception", "on_cancelled":
		return true
	}
	return false
}

// addressOf takes the name of an event apart, as it stands in a gap: those of a
// task have its name and a dot in front. It reports false for what follows from
// others. Names of tasks and events may have dots themselves: the task is one
// that is known, or the event one that every task has.
func (t *totals) addressOf(name string) (address, bool) {
	switch {
	case strings.HasPrefix(name, "*."), strings.HasPrefix(name, "on_future_"):
		return address{}, false
	}
	if i := strings.LastIndexByte(name, '.'); i > 0 && isTaskEvent(name[i+1:]) {
		return address{name[:i], name[i+1:]}, true
	}
	t.index()
	for i := len(name) - 1; i > 0; i-- {
		if name[i] != '.' {
			continue
		}
		if _, ok := t.byTask[name[:i]]; ok {
			return address{name[:i], name[i+1:]}, true
		}
	}
	return address{event: name}, true
}
