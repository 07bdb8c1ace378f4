package sdk

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/signalbox-go/signalbox/sdk/internal/plugin"
)

func programName() string { return filepath.Base(os.Args[0]) }

// usage is what a plugin says that was started by hand.
func usage(p *plugin.Plugin) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s is a Signalbox plugin: a host starts it and gives it work.\n\nTasks:\n", programName())
	for _, c := range p.Codes() {
		fmt.Fprintf(&b, "  %s: %v -> %v\n", c.Code(), c.InputType(), c.OutputType())
	}
	fmt.Fprintf(&b, `
Use it from Go:       scheduler.New(process.Plugin(%q))
Use it in a job file: plugin "NAME" { source = %q }
See its tasks, with input and output types as JSON: %s describe
`, os.Args[0], os.Args[0], os.Args[0])
	return b.String()
}
