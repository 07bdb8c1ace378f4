package job

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/signalbox-go/signalbox/framework/extension/retry"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// loadRetry reads a retry block.
func (l *loader) loadRetry(b *hcl.Block) *extensionBlock {
	content := l.content(b.Body, retrySchema())
	x := &extensionBlock{events: []string{retry.RetryScheduled.Name()}}
	var opts []retry.Option
	l.decode(content, func(d *decoder) {
		if n := d.whole("attempts", 2, 0); n > 0 {
			opts = append(opts, retry.Attempts(n))
		}
		if n := d.whole("workers_lost", 1, 0); n > 0 {
			opts = append(opts, retry.WorkersLost(n))
		}
		first, longest := d.duration("delay"), d.duration("max_delay")
		switch {
		case first == 0 && longest == 0:
		case first == 0:
			opts = append(opts, retry.Backoff(min(retry.DefaultFirst, longest), longest))
		case longest == 0:
			opts = append(opts, retry.Backoff(first, max(first, retry.DefaultLongest)))
		case longest < first:
			d.fail(content.Attributes["max_delay"].Expr.Range(), "Out of range", "max_delay is %v; it must be at least delay, which is %v.", longest, first)
		default:
			opts = append(opts, retry.Backoff(first, longest))
		}
		if factor := d.above("memory_factor"); factor > 1 && factor <= retry.MaxFactor {
			opts = append(opts, retry.MoreMemory(factor))
		} else if factor > 0 {
			d.fail(content.Attributes["memory_factor"].Expr.Range(), "Out of range", "memory_factor is %v; it must be more than 1 and at most %v.", factor, retry.MaxFactor)
		}
		if kinds := d.texts("on"); kinds != nil {
			d.checkKinds(kinds, content.Attributes["on"].Expr.Range())
			opts = append(opts, retry.On(kinds...))
		}
	})
	x.extension = func(map[string]*jsonTask) scheduler.Extension { return retry.New(opts...) }
	return x
}

// checkKinds finds kinds of errors after which nothing is attempted again.
func (d *decoder) checkKinds(kinds []string, at hcl.Range) {
	if len(kinds) == 0 {
		d.fail(at, "Out of range", "on has no kind in it, such as \"%s\": leave it out for every error that may be mended.", task.KindWorkerLost)
	}
	for _, k := range kinds {
		if k == "" || retry.Hopeless(k) {
			d.fail(at, "Out of range", "on has %q: an error of this kind never leads to another attempt.", k)
		}
	}
}
