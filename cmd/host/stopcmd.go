package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/signalbox-go/signalbox/framework/control"
	"github.com/signalbox-go/signalbox/framework/view"
)

func newStopCommand(name string) *cobra.Command {
	var kill bool
	cmd := &cobra.Command{
		Use:   "stop RUN",
		Short: "Stop a run",
		Long: `Asks a run to end: what runs is completed, what waits is cancelled, and no more is
accepted. With --kill, what runs is killed, too. It does not wait for the end.

` + runArgument + `

` + controlExitCodes,
		Example: "  " + name + " stop job\n" +
			"  " + name + " stop job --kill",
		Args:              oneRun,
		ValidArgsFunction: completeRun,
		RunE: func(cmd *cobra.Command, args []string) error {
			return askRun(cmd, args[0], func(ctx context.Context, run *control.Client) error {
				act, what := run.Stop, "stops"
				if kill {
					act, what = run.Kill, "is killed"
				}
				if err := act(ctx); err != nil {
					return err
				}
				i := run.Info()
				_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s (%s, pid %d) %s\n", view.Clean(i.Name), i.ID, i.PID, what)
				return output(err)
			})
		},
	}
	cmd.Flags().BoolVar(&kill, "kill", false, "kill what runs instead of having it completed")
	return cmd
}
