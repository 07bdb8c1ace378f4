package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// The rules for arguments, each of which says what would be right.

func oneJobFile(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("one job file is needed, not %d arguments", len(args))
	}
	return nil
}

func onePlugin(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("one plugin is needed, not %d arguments", len(args))
	}
	return nil
}

func noArguments(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("no arguments are needed, not %q", args[0])
	}
	return nil
}

// oneOfCommands is for commands that only have others below them.
func oneOfCommands(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return unknownCommand(cmd, args[0])
}

// helpTopic is for help, whose arguments lead to a command.
func helpTopic(cmd *cobra.Command, args []string) error {
	at := cmd.Root()
	for _, name := range args {
		next, _, err := at.Find([]string{name})
		if err != nil || next == at {
			return unknownCommand(at, name)
		}
		at = next
	}
	return nil
}

// commandNeeded is what a command does that only has others below it.
func commandNeeded(cmd *cobra.Command, _ []string) error {
	all := commandNames(cmd)
	last := len(all) - 1
	if last == 0 {
		return fmt.Errorf("a command is needed: %s", all[0])
	}
	return fmt.Errorf("a command is needed: %s or %s", strings.Join(all[:last], ", "), all[last])
}

// commandNames are the commands below a command, but for help.
func commandNames(cmd *cobra.Command) []string {
	var all []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() && c.Name() != "help" {
			all = append(all, c.Name())
		}
	}
	return all
}

func unknownCommand(cmd *cobra.Command, name string) error {
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(name); len(near) > 0 {
		return fmt.Errorf("unknown command %q for %q; did you mean %s?", name, cmd.CommandPath(), strings.Join(near, " or "))
	}
	all := commandNames(cmd)
	if len(all) == 0 {
		return fmt.Errorf("unknown command %q for %q, which has none", name, cmd.CommandPath())
	}
	return fmt.Errorf("unknown command %q for %q; there are: %s", name, cmd.CommandPath(), strings.Join(all, ", "))
}
