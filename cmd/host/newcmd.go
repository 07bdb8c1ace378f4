package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/spf13/cobra"

	"github.com/signalbox-go/signalbox/framework/job"
)

func newNewCommand(name string) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "new",
		Short: "Begin a plugin",
		Long: `Writes the beginnings of a plugin, with a test that passes: of one that runs a
task, or of one that is told of events.`,
		Example: "  " + name + " new task resize\n" +
			"  " + name + " new event alert",
		Args: oneOfCommands,
		RunE: commandNeeded,
	}
	cmd.AddCommand(
		newSkeletonCommand(name, "task", "Begin a plugin that runs a task", `Writes a plugin that runs a task, a test of it, and a job that runs it.`, "resize"),
		newSkeletonCommand(name, "event", "Begin a plugin that is told of events", `Writes a plugin that is told of the results and failures of a run, and a test of it.`, "alert"),
	)
	return cmd
}

func newSkeletonCommand(name, kind, short, long, example string) *cobra.Command {
	return &cobra.Command{
		Use:   kind + " NAME",
		Short: short,
		Long: long + `

They go to a new folder NAME in the current one: as a package of the Go module
that this is in, or, where there is none, as a module of its own, for which the
go command gets what it needs. Nothing that is there is written over.

Exit codes: 0 all is well, 1 it cannot be written, 2 wrong usage.`,
		Example: "  " + name + " new " + kind + " " + example,
		Args:    onePluginName,
		RunE: func(cmd *cobra.Command, args []string) error {
			s := skeleton{kind: kind, Name: args[0], Host: name}
			if err := s.write(cmd.Context()); err != nil {
				return &codeError{code: job.CodeFailed, err: err}
			}
			return output(s.tell(cmd.OutOrStdout()))
		},
	}
}

// goName are the names that folders, commands, modules and tasks may all have.
var goName = regexp.MustCompile(`^[a-z][a-z0-9]*([-_][a-z0-9]+)*$`)

func onePluginName(_ *cobra.Command, args []string) error {
	switch {
	case len(args) != 1:
		return fmt.Errorf("one name is needed, not %d arguments", len(args))
	case !goName.MatchString(args[0]):
		return fmt.Errorf("name %q: it must be of lower-case letters, digits, - and _, and begin with a letter, such as resize", args[0])
	case args[0] == "test" || args[0] == "main" || args[0] == "vendor" || args[0] == "internal" || args[0] == "testdata":
		return fmt.Errorf("name %q: it means something else to Go; take another, such as %s-plugin", args[0], args[0])
	}
	if _, err := os.Lstat(args[0]); !errors.Is(err, os.ErrNotExist) {
		if err == nil {
			err = errors.New("it is there already")
		}
		return fmt.Errorf("folder %s: %w; choose another name, or another current folder", filepath.Clean(args[0]), err)
	}
	return nil
}
