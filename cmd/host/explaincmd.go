package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/signalbox-go/signalbox/framework/control"
)

func newExplainCommand(name string) *cobra.Command {
	format := "text"
	cmd := &cobra.Command{
		Use:   "explain RUN FUTURE",
		Short: "Tell why a call waits, or what became of it",
		Long: `Tells of one call why it waits: behind how many others, for which limit or delay,
that dispatch is paused; what it does: where it runs, since when, how far it is;
or how it ended: when, at which attempt, with what error. FUTURE is its number, as
the tree, logs and tasks show it.

Ended calls are remembered for a while: the last 4,096 results, and the last 1,024
that failed or were cancelled. The event plugin journal keeps all.

` + runArgument + `

` + controlExitCodes,
		Example: "  " + name + " explain job 7\n" +
			"  " + name + " explain job 7 -o json",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return fmt.Errorf("a run and the number of a future are needed, not %d arguments", len(args))
			}
			return nil
		},
		ValidArgsFunction: completeRun,
		RunE: func(cmd *cobra.Command, args []string) error {
			if format != "text" && format != "json" {
				return fmt.Errorf("--output %q: it must be text or json", format)
			}
			future, err := strconv.ParseUint(strings.TrimPrefix(args[1], "#"), 10, 64)
			if err != nil {
				return fmt.Errorf("future %q: it must be a number, such as 7", args[1])
			}
			return askRun(cmd, args[0], func(ctx context.Context, run *control.Client) error {
				x, err := run.Explain(ctx, future)
				if err != nil {
					return err
				}
				if format == "json" {
					return output(encodeJSON(cmd.OutOrStdout(), x))
				}
				_, err = fmt.Fprint(cmd.OutOrStdout(), explanationText(x))
				return output(err)
			})
		},
	}
	cmd.Flags().StringVarP(&format, "output", "o", format, "form of the output: text or json")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp)) // it is there
	return cmd
}

func explanationText(x control.Explanation) string {
	t := &table{}
	title := fmt.Sprintf("#%d %s: %s", x.Future.ID, x.Future.Task, stateText(x.Future))
	if x.Future.Input != "" {
		title = fmt.Sprintf("#%d %s(%s): %s", x.Future.ID, x.Future.Task, x.Future.Input, stateText(x.Future))
	}
	t.line("%s", title)
	for _, why := range x.Why {
		t.line("%s", oneLine(why))
	}
	for _, e := range x.Extensions {
		if len(e.Lines) > 0 {
			t.line("%s: %s", e.Name, strings.Join(e.Lines, "; "))
		}
	}
	return t.String()
}
