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
	fmt.Fprintf(&b, "%s is a Signalbox plugin: a host starts it and gives it work.\n", programName())
	if len(p.Codes()) > 0 {
		b.WriteString("\nTasks:\n")
		for _, c := range p.Codes() {
			fmt.Fprintf(&b, "  %s: %v -> %v\n", c.Code(), c.InputType(), c.OutputType())
		}
		fmt.Fprintf(&b, `
Use it from Go:       scheduler.New(process.Plugin(%q))
Use it in a job file: plugin "NAME" { source = %q }
`, os.Args[0], os.Args[0])
	}
	if len(p.EventPlugins()) > 0 {
		b.WriteString("\nEvent plugins:\n")
		for _, e := range p.EventPlugins() {
			fmt.Fprintf(&b, "  %s\n", e.Name)
		}
		fmt.Fprintf(&b, `
Attach it from Go:       eventplugin.New(eventplugin.Plugin(%q))
Attach it in a job file: attach "NAME" { source = %q }
`, os.Args[0], os.Args[0])
	}
	fmt.Fprintf(&b, "\nSee what it offers, as JSON: %s describe\n", os.Args[0])
	return b.String()
}
