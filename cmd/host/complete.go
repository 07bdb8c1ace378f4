package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/signalbox-go/signalbox/framework/control"
	"github.com/signalbox-go/signalbox/framework/view"
)

// completeWithin is how long a shell waits for what could be meant.
const completeWithin = 2 * time.Second

// completeRun completes the name of a run or, where several have it, their ids.
func completeRun(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	ctx, cancel := context.WithTimeout(completionContext(cmd), completeWithin)
	defer cancel()
	all, _ := control.List(ctx) // those that do not answer are of no use here
	names := map[string]int{}
	for _, c := range all {
		names[c.Info().Name]++
	}
	var out []string
	for _, c := range all {
		i := c.Info()
		word := i.Name
		if names[word] > 1 || word != view.Clean(word) {
			word = i.ID
		}
		out = append(out, cobra.CompletionWithDesc(word, fmt.Sprintf("pid %d, %s", i.PID, view.Clean(i.Job))))
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// completeTask completes the name of a task of the run that was given.
func completeTask(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	ctx, cancel := context.WithTimeout(completionContext(cmd), completeWithin)
	defer cancel()
	run, err := control.Find(ctx, args[0])
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	now, err := run.Look(ctx, false)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var out []string
	for _, t := range now.Tasks {
		out = append(out, t.Name)
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

func completionContext(cmd *cobra.Command) context.Context {
	if ctx := cmd.Context(); ctx != nil {
		return ctx
	}
	return context.Background()
}
