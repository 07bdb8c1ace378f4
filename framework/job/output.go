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
			if err := checkResultsPath(o.path); err != nil {
				d.fail(o.at, resultsUnwritable, "%v.", err)
			} else if what := l.job.Uses(o.path); what != "" {
				d.fail(o.at, resultsUnwritable, "this is %s: choose another path.", what)
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

// checkResultsPath finds paths that cannot be written to, without writing.
func checkResultsPath(path string) error {
	if path == "-" {
		return errors.New("- does not stand for standard output here, where the report goes: name a file, or ./- for one of that name")
	}
	folder := filepath.Dir(path)
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return fmt.Errorf("there is no folder %s: make it, or choose another path", folder)
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("%s is a folder: the path of a file is needed", path)
	}
	return nil // where else it cannot be written to, the run finds out
}

// wants reports whether the futures of a task are written.
func (o *output) wants(task string) bool { return o.tasks == nil || slices.Contains(o.tasks, task) }
