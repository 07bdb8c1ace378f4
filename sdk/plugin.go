package sdk

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/signalbox-go/signalbox/framework/task"
)

// plugin is what a process serves.
type plugin struct {
	codes  []task.Code
	setups []setup
}

// newPlugin sorts out the parts. It panics at misuse: a plugin is put together
// by its author, before anything runs.
func newPlugin(parts []Part) *plugin {
	p := &plugin{}
	names := map[string]bool{}
	for i, part := range parts {
		switch v := part.(type) {
		case nil:
			panic(fmt.Sprintf("sdk: part %d of the plugin is nil", i+1))
		case task.Code:
			if !v.Linked() {
				panic(fmt.Sprintf("sdk: task %q has no function: define it with sdk.TaskFunc", v.Code()))
			}
			if names[v.Code()] {
				panic(fmt.Sprintf("sdk: two tasks are called %q: give one another name", v.Code()))
			}
			names[v.Code()] = true
			p.codes = append(p.codes, v)
		case setup:
			p.setups = append(p.setups, v)
		default:
			panic(fmt.Sprintf("sdk: a plugin cannot have a part of type %T: TaskFunc and Setup make parts", part))
		}
	}
	if len(p.codes) == 0 {
		panic("sdk: a plugin needs at least one task: sdk.Serve(sdk.TaskFunc(…))")
	}
	return p
}

func (p *plugin) find(name string) task.Code {
	for _, c := range p.codes {
		if c.Code() == name {
			return c
		}
	}
	return nil
}

func programName() string { return filepath.Base(os.Args[0]) }

// usage is what a plugin says that was started by hand.
func (p *plugin) usage() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s is a Signalbox plugin: a host starts it and gives it work.\n\nTasks:\n", programName())
	for _, c := range p.codes {
		fmt.Fprintf(&b, "  %s: %v -> %v\n", c.Code(), c.InputType(), c.OutputType())
	}
	fmt.Fprintf(&b, `
Use it from Go:       scheduler.New(process.Plugin(%q))
Use it in a job file: plugin "NAME" { source = %q }
See its tasks, with input and output types as JSON: %s describe
`, os.Args[0], os.Args[0], os.Args[0])
	return b.String()
}
