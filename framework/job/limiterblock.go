package job

import (
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/extension/limiter"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// loadLimiter reads a limiter block. It finds all mistakes that package limiter
// would, where they are.
func (l *loader) loadLimiter(t *taskBlock, b *hcl.Block) *extensionBlock {
	content := l.content(b.Body, limiterSchema())
	x := &extensionBlock{}
	var opts []limiter.Option
	var others []string
	queues := false
	l.decode(content, func(d *decoder) {
		if n := d.whole("max_calls", 1, 0); n > 0 {
			opts = append(opts, limiter.MaxCalls(n))
		}
		if n := d.whole("max_concurrent", 1, 0); n > 0 {
			opts = append(opts, limiter.MaxConcurrent(n))
		}
		others = d.texts("not_while_running")
		perSecond, burst := d.above("rate"), d.whole("burst", 1, 1)
		if perSecond > 0 {
			opts = append(opts, limiter.Rate(perSecond, burst))
		}
		if queues = d.choice("on_limit", "refuse", "refuse", "queue") == "queue"; queues {
			opts = append(opts, limiter.Queue())
		}
	})
	for _, c := range []struct {
		argument string
		event    event.Event[limiter.Refused]
	}{
		{"max_calls", limiter.CallLimitReached}, {"max_concurrent", limiter.ConcurrentLimitReached},
		{"not_while_running", limiter.DisabledDueToRunningTask}, {"rate", limiter.RateLimitReached},
	} {
		if content.Attributes[c.argument] != nil && !queues {
			x.events = append(x.events, c.event.Name())
		}
	}
	l.checkLimiter(t, b, content.Attributes, others, queues)
	x.extension = func(tasks map[string]*jsonTask) scheduler.Extension {
		all := slices.Clone(opts)
		for _, name := range others {
			all = append(all, limiter.NotWhileRunning(tasks[name]))
		}
		return limiter.New(all...)
	}
	return x
}

// checkLimiter finds what arguments that are well by themselves leave to be
// desired.
func (l *loader) checkLimiter(t *taskBlock, b *hcl.Block, attrs hcl.Attributes, others []string, queues bool) {
	given := func(names ...string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return attrs[name] != nil })
	}
	for _, name := range others {
		at := attrs["not_while_running"].Expr.Range()
		switch tasks := l.taskNames(); {
		case name == t.name:
			l.fail(at, "Wrong argument", "not_while_running names %q, the task itself: use max_concurrent = 1.", name)
		case !slices.Contains(tasks, name):
			l.fail(at, "Unknown task", "There is no task %q%s", name, meant(name, tasks))
		}
	}
	if given("burst") && !given("rate") {
		l.fail(attrs["burst"].NameRange, "Wrong argument", "burst belongs to rate, and there is no rate.")
	}
	if given("not_while_running") && others != nil && len(others) == 0 {
		l.fail(attrs["not_while_running"].Expr.Range(), "Out of range", "not_while_running has no task in it.")
	}
	waits := given("max_concurrent", "not_while_running", "rate")
	switch {
	case !waits && !given("max_calls"):
		l.fail(b.DefRange, "Argument missing", "limiter needs a limit: max_calls, max_concurrent, not_while_running or rate.")
	case queues && given("max_calls"):
		l.fail(attrs["on_limit"].Expr.Range(), "Wrong argument", "\"queue\" does not go with max_calls: a call beyond that number would wait for ever.")
	}
}
