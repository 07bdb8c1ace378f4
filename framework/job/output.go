package job

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
)

// output is the output block.
type output struct {
	path  string
	tasks []string // nil for all
}

func (l *loader) loadOutput(b *hcl.Block) {
	if b == nil {
		return
	}
	content := l.content(b.Body, outputSchema())
	l.required(b, content, "path", `"results.jsonl"`)
	o := &output{}
	l.decode(content, func(d *decoder) {
		o.path = d.path("path", "")
		o.tasks = d.texts("tasks")
		for _, name := range o.tasks {
			if tasks := l.taskNames(); !slices.Contains(tasks, name) {
				d.fail(content.Attributes["tasks"].Expr.Range(), "Unknown task", "There is no task %q%s", name, meant(name, tasks))
			}
		}
	})
	l.job.output = o
}

// wants reports whether the futures of a task are written.
func (o *output) wants(task string) bool { return o.tasks == nil || slices.Contains(o.tasks, task) }
