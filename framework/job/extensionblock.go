package job

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// extensionBlock is a block of a task block that shapes how the task is
// submitted and run.
type extensionBlock struct {
	at     hcl.Range
	events []string // that the task has by it
	// extension makes the extension of one run, whose tasks it is given.
	extension func(tasks map[string]*jsonTask) scheduler.Extension
}

// loadExtensions reads the blocks of a task block. All tasks are known.
func (l *loader) loadExtensions(t *taskBlock) {
	first := map[string]hcl.Range{}
	for _, b := range t.blocks {
		if at, second := first[b.Type]; second {
			l.fail(b.DefRange, "Second block", "There can be one %s block in a task block, and there is one on line %d.", b.Type, at.Start.Line)
			continue
		}
		first[b.Type] = b.DefRange
		var x *extensionBlock
		switch b.Type {
		case "limiter":
			x = l.loadLimiter(t, b)
		case "resources":
			x = l.loadResources(b)
		case "retry":
			x = l.loadRetry(b)
		default: // the schema lets no others pass
			x = l.loadComm(b)
		}
		x.at = b.DefRange
		t.extensions = append(t.extensions, x)
	}
}

// attachExtensions attaches what the task blocks ask for. All tasks are made.
func (r *runState) attachExtensions() error {
	for _, t := range r.job.tasks {
		for _, x := range t.extensions {
			if err := r.tasks[t.name].Attach(x.extension(r.tasks)); err != nil {
				return r.job.pointAt(x.at, "Task cannot be run", err)
			}
		}
	}
	return nil
}
