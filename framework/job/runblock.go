package job

import (
	"path/filepath"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// runBlock is the run block, or what holds without one.
type runBlock struct {
	name        string
	timeout     time.Duration // 0 for none
	exceptions  scheduler.Action
	cancelled   scheduler.Action
	wait        bool
	endsOnEmpty bool
}

func (l *loader) loadRun(b *hcl.Block) {
	content := &hcl.BodyContent{}
	if b != nil {
		content = l.content(b.Body, runSchema())
	}
	base := filepath.Base(l.job.path)
	l.decode(content, func(d *decoder) {
		l.job.run = runBlock{
			name:        d.path("name", strings.TrimSuffix(base, filepath.Ext(base))),
			timeout:     d.duration("timeout"),
			exceptions:  d.policy("on_exception"),
			cancelled:   d.policy("on_cancelled"),
			wait:        d.bool("wait", true),
			endsOnEmpty: d.bool("end_on_empty", true),
		}
	})
}

func (d *decoder) policy(name string) scheduler.Action {
	words := map[string]scheduler.Action{}
	for _, a := range []scheduler.Action{scheduler.Continue, scheduler.End, scheduler.Raise} {
		words[a.String()] = a
	}
	return words[d.choice(name, "continue", "continue", "end", "raise")]
}

// options returns what the scheduler is to be asked for.
func (r runBlock) options() []scheduler.RunOption {
	opts := []scheduler.RunOption{scheduler.ExceptionPolicy(r.exceptions), scheduler.CancellationPolicy(r.cancelled)}
	if r.timeout > 0 {
		opts = append(opts, scheduler.Timeout(r.timeout))
	}
	if !r.wait {
		opts = append(opts, scheduler.KillAtEnd())
	}
	if !r.endsOnEmpty {
		opts = append(opts, scheduler.KeepRunning())
	}
	return opts
}
