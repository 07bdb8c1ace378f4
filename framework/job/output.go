package job

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/hashicorp/hcl/v2"
)

// output is the output block.
type output struct {
	path  string
	tasks []string // nil for all
	at    hcl.Range
}

func (l *loader) loadOutput(b *hcl.Block) {
	if b == nil {
		return
	}
	content := l.content(b.Body, outputSchema())
	l.required(b, content, "path", `"results.jsonl"`)
	o := &output{at: b.DefRange}
	l.decode(content, func(d *decoder) {
		o.path = d.path("path", "")
		if o.path != "" {
			o.at = content.Attributes["path"].Expr.Range()
			if err := checkResultsPath(o.path, l.job.path); err != nil {
				d.fail(o.at, resultsUnwritable, "%v.", err)
			}
		}
		o.tasks = d.texts("tasks")
		for _, name := range o.tasks {
			if tasks := l.taskNames(); !slices.Contains(tasks, name) {
				d.fail(content.Attributes["tasks"].Expr.Range(), "Unknown task", "There is no task %q%s", name, meant(name, tasks))
			}
		}
	})
	l.job.output = o
}

// resultsUnwritable is what the mistakes of a results path are called.
const resultsUnwritable = "Results cannot be written"

// checkResultsPath finds paths that cannot be written to, without writing, and
// those of files that are not there to be overwritten.
func checkResultsPath(path, jobFile string) error {
	folder := filepath.Dir(path)
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return fmt.Errorf("there is no folder %s: make it, or choose another path", folder)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil // to be made, or for the run to find out
	}
	if info.IsDir() {
		return fmt.Errorf("%s is a folder: the path of a file is needed", path)
	}
	if own, err := os.Stat(jobFile); err == nil && os.SameFile(info, own) {
		return errors.New("this is the job file itself: choose another path")
	}
	return nil
}

// wants reports whether the futures of a task are written.
func (o *output) wants(task string) bool { return o.tasks == nil || slices.Contains(o.tasks, task) }
