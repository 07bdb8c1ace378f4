package job

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// jsonTask is a task as job files see it.
type jsonTask = scheduler.Task[json.RawMessage, json.RawMessage]

// taskBlock is a task block.
type taskBlock struct {
	name   string
	plugin string
	code   string
	at     hcl.Range // of the code's name

	timeout    time.Duration // 0 for none
	priority   int
	blocks     hcl.Blocks // of extensions
	extensions []*extensionBlock
}

func (t *taskBlock) def() *task.Def[json.RawMessage, json.RawMessage] {
	return task.Named[json.RawMessage, json.RawMessage](t.code).As(t.name).On(t.plugin)
}

// manner is how all calls of the task are submitted.
func (t *taskBlock) manner() (out []scheduler.Extension) {
	if t.timeout > 0 {
		out = append(out, scheduler.Within(t.timeout))
	}
	if t.priority != 0 {
		out = append(out, scheduler.Priority(t.priority))
	}
	return out
}

func (l *loader) loadTask(b *hcl.Block) {
	content := l.content(b.Body, taskSchema())
	t := &taskBlock{name: b.Labels[0], at: b.LabelRanges[0], blocks: content.Blocks}
	l.job.tasks = append(l.job.tasks, t)
	l.decode(content, func(d *decoder) {
		t.code = d.path("code", t.name)
		t.plugin = d.path("plugin", "")
		t.timeout = d.duration("timeout")
		t.priority = d.whole("priority", math.MinInt32, 0)
	})
	if attr, ok := content.Attributes["code"]; ok {
		t.at = attr.Expr.Range()
	}
	plugins := l.pluginNames()
	attr, ok := content.Attributes["plugin"]
	switch {
	case ok && t.plugin != "" && !slices.Contains(plugins, t.plugin):
		l.fail(attr.Expr.Range(), "Unknown plugin", "There is no plugin %q%s", t.plugin, meant(t.plugin, plugins))
	case ok:
	case len(plugins) == 1:
		t.plugin = plugins[0]
	case len(plugins) == 0:
		l.fail(b.DefRange, "Plugin missing", "A task needs a plugin, and there is none: write a plugin block.")
	default:
		l.fail(b.DefRange, "Argument missing", "Where there are several plugins, a task block needs plugin: one of %s.", strings.Join(plugins, ", "))
	}
}

func (l *loader) pluginNames() []string {
	var names []string
	for _, p := range l.job.plugins {
		if !slices.Contains(names, p.Name) {
			names = append(names, p.Name)
		}
	}
	return names
}

func (l *loader) taskNames() []string {
	var names []string
	for _, t := range l.job.tasks {
		names = append(names, t.name)
	}
	return names
}
