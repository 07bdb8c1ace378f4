package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/signalbox-go/signalbox/framework/wire"
)

func newVersionCommand(name string) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Show versions",
		Long:    "Shows the versions of this program, of Go and of the plugin protocol.",
		Example: "  " + name + " version",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s %s\n%s %s/%s\nplugin protocol %v\n",
				name, programVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH, wire.Versions())
			return output(err)
		},
	}
}

// programVersion is that of the module, with the commit where one is known.
func programVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(unknown version)"
	}
	version := info.Main.Version
	if version == "" {
		version = "(devel)"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			version += " " + s.Value
		}
	}
	return version
}
